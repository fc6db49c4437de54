import { Inject, Injectable } from '@nestjs/common';
import { InjectThrottlerStorage, type ThrottlerStorage } from '@nestjs/throttler';
import type { Logger } from 'winston';
import { CONFIG, type Config } from '../platform/config/index.js';
import { LOGGER, LogQuota } from '../platform/logging/index.js';
import { placeOf } from './source-address.js';

const PERIOD_MS = 60_000;

/** Lines about addresses over the limit: enough to see who floods. */
const LINES_PER_MINUTE = 10;

/** How an address stands after one more failed verification. */
export type FailureCount = { outcome: 'counted' } | { outcome: 'over_limit'; retryAfterSeconds: number };

/**
 * Counts the failed verifications of each address. Whoever is over the limit is answered with less effort, and that
 * is all: the limit never decides whether something verifies. An address does not tell a provider from a stranger.
 * Any customer of GitHub can have GitHub send here what is signed with another secret, and behind a load balancer
 * that `TRUST_PROXY` does not name, everybody has one address; so an address that is shut out would be a way for
 * strangers to shut out a provider.
 *
 * Only failures ask the storage. Who is over the limit, this process remembers by itself.
 */
@Injectable()
export class FailedVerifications {
  /** Of each place that is over the limit: until when, in milliseconds of `performance.now()`. */
  private readonly overUntil = new Map<string, number>();
  private readonly log: LogQuota;

  constructor(
    @InjectThrottlerStorage() private readonly storage: ThrottlerStorage,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.log = new LogQuota(logger, LINES_PER_MINUTE);
  }

  /** Counts one. A place that is known to be over the limit costs no question. */
  async count(source: string, correlationId: string): Promise<FailureCount> {
    const known = this.secondsOver(source);
    if (known > 0) return { outcome: 'over_limit', retryAfterSeconds: known };
    const place = placeOf(source);
    const { isBlocked, timeToBlockExpire } = await this.storage.increment(
      place,
      PERIOD_MS,
      this.config.failedVerifications,
      PERIOD_MS,
      'failed-verifications',
    );
    if (!isBlocked) return { outcome: 'counted' };
    this.log.warn('Too many failed verifications', { correlationId, source });
    this.overUntil.set(place, performance.now() + timeToBlockExpire * 1_000);
    return { outcome: 'over_limit', retryAfterSeconds: timeToBlockExpire };
  }

  /** Seconds for which an address is over the limit still, as far as this process knows; 0 if it is not. */
  secondsOver(source: string): number {
    // Nearly always nobody is.
    if (this.overUntil.size === 0) return 0;
    const place = placeOf(source);
    const leftMs = (this.overUntil.get(place) ?? 0) - performance.now();
    if (leftMs > 0) return Math.ceil(leftMs / 1_000);
    this.overUntil.delete(place);
    return 0;
  }
}
