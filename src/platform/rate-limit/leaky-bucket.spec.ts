import type { RateLimit } from '../../model/index.js';
import { pour, recordOf } from './leaky-bucket.js';
import { MemoryStorage } from './memory-storage.js';

/** Accepted hits of a sender who comes every so many milliseconds, for so long. */
function acceptedOf(limit: RateLimit, everyMs: number, forMs: number): number {
  let [emptyAt, accepted] = [0, 0];
  for (let now = 0; now < forMs; now += everyMs) {
    const poured = pour(emptyAt - now, limit);
    emptyAt = now + poured.levelMs;
    if (poured.accepted) accepted++;
  }
  return accepted;
}

describe('a leaky bucket', () => {
  it.each([1, 2, 3, 7, 60, 300, 3000, 999_983])(
    'of %i a minute takes as many at once, and no more',
    (hits) => {
      const limit = { hits, periodMs: 60_000 };
      let level = 0;
      for (let count = 0; count < hits; count++) {
        const poured = pour(level, limit);
        if (!poured.accepted) throw new Error(`Number ${count + 1} is over the limit`);
        level = poured.levelMs;
      }
      expect(pour(level, limit)).toEqual({ accepted: false, levelMs: level });
    },
  );

  it('lets the rate through over any time, however often somebody comes', () => {
    const limit = { hits: 60, periodMs: 60_000 };
    expect(acceptedOf(limit, 10, 60_000)).toBe(60 + 60);
    expect(acceptedOf(limit, 10, 600_000)).toBe(60 + 600);
  });

  it('refuses nobody who keeps to the rate', () => {
    expect(acceptedOf({ hits: 60, periodMs: 60_000 }, 1_000, 3_600_000)).toBe(3_600);
  });

  it('tells in whole seconds when the next hit is possible', () => {
    const limit = { hits: 6, periodMs: 60_000 };
    const full = { accepted: false, levelMs: 60_000 };
    expect(recordOf(full, limit)).toEqual({
      totalHits: 7,
      timeToExpire: 60,
      isBlocked: true,
      timeToBlockExpire: 5,
    });
    expect(pour(60_000 - 4_900, limit).accepted).toBe(false);
    expect(pour(60_000 - 5_100, limit).accepted).toBe(true);
    const quick = { hits: 1000, periodMs: 1_000 };
    expect(recordOf({ accepted: false, levelMs: 1_000 }, quick).timeToBlockExpire).toBe(1);
  });
});

describe('the storage in memory', () => {
  it('counts each key and each limit by itself, and lets go as time goes by', async () => {
    let now = 0;
    const storage = new MemoryStorage(() => now);
    const isBlocked = async (key: string, name = 'one'): Promise<boolean> =>
      (await storage.increment(key, 1_000, 2, 1_000, name)).isBlocked;

    expect([await isBlocked('a'), await isBlocked('a'), await isBlocked('a')]).toEqual([false, false, true]);
    expect([await isBlocked('b'), await isBlocked('a', 'two')]).toEqual([false, false]);
    now = 500;
    expect([await isBlocked('a'), await isBlocked('a')]).toEqual([false, true]);
  });
});
