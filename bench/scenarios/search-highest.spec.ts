import { searchHighest } from './search-highest.js';

const below = (limit: number) => (value: number) => Promise.resolve(value <= limit);

it.each([
  [100, 500, 5, 370, 362.5],
  [100, 500, 3, 1_000, 450],
  [100, 500, 3, 0, 100],
])('searches from %d to %d in %d tries for %d, and finds %d', async (from, to, tries, limit, found) => {
  expect(await searchHighest({ from, to, tries, holds: below(limit) })).toBe(found);
});
