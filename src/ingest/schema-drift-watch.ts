import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'winston';
import type { PayloadShape, SchemaDrift } from '../model/index.js';
import { LOGGER, Outage } from '../platform/logging/index.js';
import { countSchemaDrift } from '../platform/metrics/index.js';
import { SchemaDriftStore } from '../store/index.js';
import { LookQuota } from './look-quota.js';

/** Milliseconds from one lesson to the next. */
const LEARN_MS = 2_000;

/** Milliseconds that a stop waits for the last one. */
const SHUTDOWN_MS = 1_000;

/** Shapes that wait; while the database is away no more are kept. */
const MOST_WAITING = 200;

/** Paths in one line of the log. */
const PATHS_LOGGED = 10;

interface Lesson {
  readonly provider: string;
  readonly type: string;
  readonly shapes: PayloadShape[];
}

/**
 * Watches what payloads of each type of event look like, and tells when that changes: fields that were always there and are
 * gone, and fields that are new. Nothing is refused for it, and no reply waits.
 */
@Injectable()
export class SchemaDriftWatch implements OnModuleInit, OnApplicationShutdown {
  private readonly quota = new LookQuota();
  private waiting = new Map<string, Lesson>();
  private waitingShapes = 0;
  private learning: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly outage: Outage;

  constructor(
    private readonly store: SchemaDriftStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.outage = new Outage(logger, 'Changes of payloads are not watched');
  }

  onModuleInit(): void {
    this.timer = setInterval(() => void this.learn(), LEARN_MS);
    this.timer.unref();
  }

  /** Whether a payload of this type is worth a look now. */
  wants(provider: string, type: string): boolean {
    return this.quota.take(provider, type);
  }

  /** Returns at once. */
  take(provider: string, type: string, shape: PayloadShape): void {
    if (this.waitingShapes >= MOST_WAITING) return;
    this.waitingShapes++;
    const key = `${provider} ${type}`;
    const lesson = this.waiting.get(key);
    if (lesson === undefined) this.waiting.set(key, { provider, type, shapes: [shape] });
    else lesson.shapes.push(shape);
  }

  /** Learns what waits. Never fails; what cannot be learnt is forgotten, for there will be more like it. */
  async learn(): Promise<void> {
    this.learning ??= this.learnAll().finally(() => (this.learning = undefined));
    await this.learning;
  }

  private async learnAll(): Promise<void> {
    const lessons = [...this.waiting.values()];
    this.waiting = new Map();
    this.waitingShapes = 0;
    for (const { provider, type, shapes } of lessons) {
      try {
        this.tell(provider, type, await this.store.learn(provider, type, shapes));
        this.outage.end();
      } catch (error) {
        this.outage.feel(error);
      }
    }
  }

  private tell(provider: string, type: string, drifts: readonly SchemaDrift[]): void {
    for (const change of ['gone', 'new'] as const) {
      const paths = drifts.filter((drift) => drift.change === change).map(({ path }) => path);
      if (paths.length === 0) continue;
      countSchemaDrift(provider, type, change, paths.length);
      const message = change === 'gone' ? 'Payloads have lost fields' : 'Payloads have new fields';
      this.logger.warn(message, { provider, type, count: paths.length, paths: paths.slice(0, PATHS_LOGGED) });
    }
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await Promise.race([this.learn(), sleep(SHUTDOWN_MS, undefined, { ref: false })]);
  }
}
