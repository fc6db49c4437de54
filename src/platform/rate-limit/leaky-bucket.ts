import type { ThrottlerStorage } from '@nestjs/throttler';
import type { RateLimit } from '../../model/index.js';

/**
 * A leaky bucket used as a meter, which is the generic cell rate algorithm (ITU-T I.371, annex A). A hit pours its
 * share of the period into the bucket, which drains as time goes by; a hit that finds it full is over the limit and
 * pours nothing. So as many as the limit may come at once, and the rate holds over any time. Windows would let twice
 * as many through where two of them meet. All there is to keep is one number: when the bucket will be empty.
 */
export interface Pour {
  readonly accepted: boolean;
  /** Milliseconds until the bucket is empty. */
  readonly levelMs: number;
}

export const shareOf = ({ hits, periodMs }: RateLimit): number => periodMs / hits;

/** @param levelMs milliseconds until the bucket is empty, before the hit; less than 0 if it has been for long */
export function pour(levelMs: number, limit: RateLimit): Pour {
  const level = Math.max(0, levelMs);
  const share = shareOf(limit);
  // Half a share is slack: rounding must not cost the last hit.
  return level + share / 2 < limit.periodMs
    ? { accepted: true, levelMs: level + share }
    : { accepted: false, levelMs: level };
}

/** What `@nestjs/throttler` is told of a hit; its times are whole seconds. */
export type HitRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

export function recordOf({ accepted, levelMs }: Pour, limit: RateLimit): HitRecord {
  const share = shareOf(limit);
  const waitMs = levelMs + share / 2 - limit.periodMs;
  return {
    totalHits: Math.round(levelMs / share) + (accepted ? 0 : 1),
    timeToExpire: Math.ceil(levelMs / 1_000),
    isBlocked: !accepted,
    timeToBlockExpire: accepted ? 0 : Math.max(1, Math.ceil(waitMs / 1_000)),
  };
}
