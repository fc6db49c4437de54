import type { ThrottlerStorage } from '@nestjs/throttler';
import type { Redis } from 'ioredis';
import type { Logger } from 'winston';
import { Outage } from '../logging/index.js';
import { recordOf, type HitRecord } from './leaky-bucket.js';

/** Milliseconds that a count may take. */
const TIMEOUT_MS = 200;

/** Milliseconds for which a Redis that did not answer is not asked, so that not every request waits for it. */
const REST_MS = 1_000;

/**
 * `pour` of the leaky bucket, by the clock of Redis, so that it is the same for all processes. The key goes when the
 * bucket is empty.
 */
const POUR = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local period = tonumber(ARGV[1])
local share = period / ARGV[2]
local level = math.max(0, (redis.call('GET', KEYS[1]) or now) - now)
if level + share / 2 >= period then
  return {0, math.ceil(level)}
end
level = level + share
redis.call('SET', KEYS[1], string.format('%.3f', now + level), 'PX', math.ceil(level))
return {1, math.ceil(level)}
`;

/** What ioredis makes of the script; it sends it once, and then its hash. */
interface WithPour {
  pourIntoBucket(key: string, periodMs: number, hits: number): Promise<[accepted: 0 | 1, levelMs: number]>;
}

/** Nothing is known, so nobody is over a limit. */
const NOBODY_OVER: HitRecord = {
  totalHits: 0,
  timeToExpire: 0,
  isBlocked: false,
  timeToBlockExpire: 0,
};

/** Counts in Redis, for all processes together. While Redis is away, nobody is over any limit. */
export class RedisStorage implements ThrottlerStorage {
  private readonly outage: Outage;
  private restsUntil = 0;
  private readonly redis: WithPour;

  /** @param prefix of its keys, with a hash tag */
  constructor(
    redis: Redis,
    private readonly prefix: string,
    logger: Logger,
  ) {
    redis.defineCommand('pourIntoBucket', { numberOfKeys: 1, lua: POUR });
    this.redis = redis as unknown as WithPour;
    this.outage = new Outage(logger, 'The counts of limits are away, nobody is refused by them');
  }

  async increment(
    key: string,
    ttl: number,
    limit: number,
    _blockDuration: number,
    throttlerName: string,
  ): Promise<HitRecord> {
    if (performance.now() < this.restsUntil) return NOBODY_OVER;
    const bucket = `${this.prefix}:limit:${throttlerName}:${key}`;
    try {
      const [accepted, levelMs] = await inTime(this.redis.pourIntoBucket(bucket, ttl, limit));
      this.outage.end();
      return recordOf({ accepted: accepted === 1, levelMs }, { hits: limit, periodMs: ttl });
    } catch (error) {
      this.restsUntil = performance.now() + REST_MS;
      this.outage.feel(error);
      return NOBODY_OVER;
    }
  }
}

/** @throws what the answer throws, or that there was none */
async function inTime<Answer>(answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`No answer within ${TIMEOUT_MS} ms`));
    }, TIMEOUT_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
