import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { Logger } from 'winston';
import type { Delivery, DeliveryHeaders, EnvelopeFault, RejectionReason } from '../model/index.js';
import { CONFIG, type Config } from '../platform/config/index.js';
import { LOGGER, Outage } from '../platform/logging/index.js';
import { countOverflow } from '../platform/metrics/index.js';
import { RejectedRequestStore, type NewRejectedRequest } from '../store/index.js';
import { FairBuffer } from './fair-buffer.js';
import { PROVIDERS, type ProviderRegistry } from './provider-registry.js';

/** A request that was refused, as it came. */
export interface Rejection {
  readonly provider: string;
  readonly delivery: Delivery;
  /** Address that it came from. */
  readonly source: string;
  readonly reason: RejectionReason;
  readonly faults?: readonly EnvelopeFault[];
}

/** What may wait to be written: more than a broken secret brings, less than hurts when strangers bring it. */
const WAITING = { items: 100, bytes: 8 * 2 ** 20 };

/** Milliseconds between two writes, so that strangers cannot make the database write more than that. */
const WRITE_PAUSE_MS = 1_000;

/** Milliseconds between two looks for what is too old. */
const TRIM_MS = 3_600_000;

/** Milliseconds that a stop waits for the last write. */
const SHUTDOWN_MS = 2_000;

/** A body of more than this part of all bytes is not held: a few could push out everything. */
const LARGEST_PART = 8;

const MEBIBYTE = 2 ** 20;

/**
 * Holds what was refused, until its secret or schema is mended. No reply waits for it, and what comes too fast or
 * while the database is away is not held: a flood of refused requests must not become one of writes.
 */
@Injectable()
export class Quarantine implements OnModuleInit, OnApplicationShutdown {
  private readonly waiting = new FairBuffer<Rejection>(WAITING);
  private readonly keptHeaders: ReadonlySet<string>;
  private readonly largestBody: number;
  private readonly overflow: Outage;
  private readonly full: Outage;
  private readonly outage: Outage;
  private trimming: NodeJS.Timeout | undefined;
  private nextWrite: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;
  private lastWriteAt = -Infinity;
  private turnedAway = 0;

  constructor(
    private readonly store: RejectedRequestStore,
    @Inject(PROVIDERS) registry: ProviderRegistry,
    @Inject(CONFIG) private readonly config: Pick<Config, 'quarantineRequests' | 'quarantineMegabytes'>,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.keptHeaders = keptHeadersOf(registry);
    this.largestBody = Math.min(WAITING.bytes, (config.quarantineMegabytes * MEBIBYTE) / LARGEST_PART);
    this.overflow = new Outage(logger, 'Refused requests are not held: they are too many or too large');
    this.full = new Outage(logger, 'Held requests were pushed out by newer ones');
    this.outage = new Outage(logger, 'Refused requests cannot be held');
  }

  onModuleInit(): void {
    this.trimming = setInterval(() => void this.trim(), TRIM_MS);
    this.trimming.unref();
  }

  /** Returns at once. */
  hold(rejection: Rejection): void {
    const { provider, source, delivery } = rejection;
    if (this.config.quarantineRequests === 0) return;
    if (delivery.body.length > this.largestBody) this.turnAway(1);
    else this.turnAway(this.waiting.add(rejection, `${provider} ${source}`, delivery.body.length));
    this.scheduleWrite();
  }

  private turnAway(requests: number): void {
    this.turnedAway += requests;
    countOverflow('turned_away', requests);
    for (let count = 0; count < requests; count++) this.overflow.feel(undefined);
  }

  private scheduleWrite(): void {
    if (this.nextWrite !== undefined || this.writing !== undefined || this.waiting.isEmpty) return;
    const pause = this.lastWriteAt + WRITE_PAUSE_MS - performance.now();
    this.nextWrite = setTimeout(() => void this.write(), Math.max(0, pause));
  }

  /** What waits, in one statement; never fails. */
  private write(): Promise<void> {
    clearTimeout(this.nextWrite);
    this.nextWrite = undefined;
    if (this.turnedAway === 0) this.overflow.end();
    this.turnedAway = 0;
    const batch = together(this.waiting.takeAll().map((rejection) => this.toRequest(rejection)));
    this.writing = this.store
      .hold(batch)
      .then((pushedOut) => {
        this.outage.end();
        countOverflow('pushed_out', pushedOut);
        if (pushedOut > 0) this.full.feel(undefined);
        else this.full.end();
      })
      .catch((error: unknown) => {
        countOverflow('not_written', batch.length);
        this.outage.feel(error);
      })
      .finally(() => {
        this.lastWriteAt = performance.now();
        this.writing = undefined;
        this.scheduleWrite();
      });
    return this.writing;
  }

  private toRequest({ provider, delivery, source, reason, faults = [] }: Rejection): NewRejectedRequest {
    const { body, url, headers } = delivery;
    const receivedAt = new Date(delivery.receivedAt);
    return {
      id: uuidv7({ msecs: delivery.receivedAt }),
      provider,
      receivedAt,
      source,
      url,
      reason,
      faults,
      headers: this.keep(headers),
      body,
      bodySha256: createHash('sha256').update(body).digest(),
      times: 1,
      lastReceivedAt: receivedAt,
    };
  }

  private keep(headers: DeliveryHeaders): DeliveryHeaders {
    return Object.fromEntries(Object.entries(headers).filter(([name]) => this.keptHeaders.has(name)));
  }

  private async trim(): Promise<void> {
    try {
      countOverflow('pushed_out', await this.store.trim());
    } catch (error) {
      this.outage.feel(error);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.trimming);
    const written = async (): Promise<void> => {
      await this.writing;
      clearTimeout(this.nextWrite);
      if (!this.waiting.isEmpty) await this.write();
    };
    await Promise.race([written(), sleep(SHUTDOWN_MS, undefined, { ref: false })]);
  }
}

/**
 * Of any provider: what came to the wrong address is known by the headers of the right one. But none that is the secret
 * itself.
 */
function keptHeadersOf(registry: ProviderRegistry): ReadonlySet<string> {
  const providers = [...registry.values()].map(({ provider }) => provider);
  const kept = providers.flatMap(({ keptHeaders, signatureHeaders }) => [
    ...keptHeaders,
    ...signatureHeaders,
  ]);
  const secret = new Set(providers.flatMap(({ secretHeaders = [] }) => secretHeaders));
  return new Set(['content-type', ...kept].filter((name) => !secret.has(name)));
}

/** One of those that are of the same provider, source and body: the first, which counts the others. */
function together(batch: readonly NewRejectedRequest[]): NewRejectedRequest[] {
  const first = new Map<string, NewRejectedRequest>();
  for (const request of batch) {
    const key = `${request.provider} ${request.source} ${request.bodySha256.toString('hex')}`;
    const known = first.get(key);
    first.set(
      key,
      known === undefined
        ? request
        : { ...known, times: known.times + 1, lastReceivedAt: request.lastReceivedAt },
    );
  }
  return [...first.values()];
}
