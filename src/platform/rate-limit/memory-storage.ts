import type { ThrottlerStorage } from '@nestjs/throttler';
import { pour, recordOf, type HitRecord } from './leaky-bucket.js';

/**
 * Counts within this process. Nothing is ever removed, so whoever counts must take the keys from a set that has an
 * end. The storage that comes with the package keeps every hit and goes through all of them at each.
 */
export class MemoryStorage implements ThrottlerStorage {
  /** When each bucket will be empty, in milliseconds of `now`. */
  private readonly emptyAt = new Map<string, number>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  increment(
    key: string,
    ttl: number,
    limit: number,
    _blockDuration: number,
    throttlerName: string,
  ): Promise<HitRecord> {
    const rate = { hits: limit, periodMs: ttl };
    const bucket = `${throttlerName}:${key}`;
    const now = this.now();
    const poured = pour((this.emptyAt.get(bucket) ?? now) - now, rate);
    this.emptyAt.set(bucket, now + poured.levelMs);
    return Promise.resolve(recordOf(poured, rate));
  }
}
