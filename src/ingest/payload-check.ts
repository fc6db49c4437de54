import type { OnModuleDestroy } from '@nestjs/common';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'winston';
import type { PayloadShape, Provider } from '../model/index.js';
import { outsideSpans } from '../platform/tracing/index.js';
import type { PayloadWarnings } from './payload-warnings.js';
import type { SchemaDriftWatch } from './schema-drift-watch.js';

/** What the thread is sent. */
export interface PayloadToCheck {
  readonly provider: string;
  readonly type: string;
  readonly contentType: string | undefined;
  readonly wanted: WantedLooks;
  readonly body: Uint8Array;
}

/** What is to be found out about a payload. */
export interface WantedLooks {
  /** Whether it fits its schema. */
  readonly check: boolean;
  /** Which fields it has. */
  readonly shape: boolean;
}

/** What it answers. */
export interface CheckedPayload {
  readonly provider: string;
  readonly type: string;
  /** Why the payload does not fit its schema, if it does not. */
  readonly reason: string | undefined;
  readonly shape: PayloadShape | undefined;
  readonly bytes: number;
}

/** Bytes of a payload; larger ones are not checked. */
const LARGEST = 256 * 1024;

/** Bytes of payloads that wait for the thread at the same time; what comes beyond is not checked. */
const MOST_WAITING = 4 * 1024 * 1024;

/** Milliseconds after which a thread that has failed is started again, if there is something to check. */
const RESTART_MS = 60_000;

/** Megabytes. All schemas of GitHub together take about 30. */
const HEAP_LIMIT = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 };

/** With nothing of the environment, for there are secrets in it. */
export function startCheckThread(): Worker {
  return new Worker(new URL('./payload-check.thread.js', import.meta.url), {
    env: {},
    execArgv: [],
    resourceLimits: HEAP_LIMIT,
  });
}

type CheckableProvider = Pick<Provider, 'name' | 'payloadSchema'>;

/**
 * Has payloads of accepted events checked by the schemas that their providers keep, and a sample of all looked at for what they
 * are like, after the reply and beside the lanes. Whatever goes wrong here costs a warning and nothing else. The
 * thread is started with the first payload.
 */
export class PayloadCheck implements OnModuleDestroy {
  private thread: Worker | undefined;
  private waitingBytes = 0;
  private failedAt = -Infinity;
  private closed = false;

  constructor(
    private readonly warnings: PayloadWarnings,
    private readonly drift: Pick<SchemaDriftWatch, 'wants' | 'take'>,
    private readonly logger: Logger,
    private readonly start: () => Worker = startCheckThread,
  ) {}

  /** Costs the request lane nothing: even the copy for the thread is made when the reply is on its way. */
  offer(
    { name, payloadSchema }: CheckableProvider,
    type: string,
    body: Buffer,
    contentType: string | undefined,
  ): void {
    const wanted = { check: payloadSchema !== undefined, shape: this.drift.wants(name, type) };
    if (!wanted.check && !wanted.shape) return;
    setImmediate(() => this.send({ provider: name, type, contentType, wanted }, body));
  }

  async onModuleDestroy(): Promise<void> {
    this.closed = true;
    await this.thread?.terminate();
  }

  private send(about: Omit<PayloadToCheck, 'body'>, body: Buffer): void {
    const fits = body.length <= LARGEST && this.waitingBytes + body.length <= MOST_WAITING;
    const thread = fits ? this.runningThread() : undefined;
    if (thread === undefined) {
      this.warnings.noteSkipped();
      return;
    }
    this.waitingBytes += body.length;
    const copy = new Uint8Array(body);
    thread.postMessage({ ...about, body: copy } satisfies PayloadToCheck, [copy.buffer]);
  }

  private runningThread(): Worker | undefined {
    if (this.thread !== undefined) return this.thread;
    if (this.closed || performance.now() - this.failedAt < RESTART_MS) return undefined;
    const thread = outsideSpans(this.start);
    thread.unref();
    thread.on('message', (checked: CheckedPayload) => this.take(checked));
    thread.on('error', (error) => this.logger.warn('The check of payloads has failed', { error }));
    thread.on('exit', () => {
      this.thread = undefined;
      this.waitingBytes = 0;
      this.failedAt = performance.now();
    });
    this.thread = thread;
    return thread;
  }

  private take({ provider, type, reason, shape, bytes }: CheckedPayload): void {
    this.waitingBytes -= bytes;
    if (shape !== undefined) this.drift.take(provider, type, shape);
    if (reason !== undefined) this.warnings.note({ provider, type, reason });
  }
}
