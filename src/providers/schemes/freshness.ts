/** How far a signed time may lie from ours where its provider recommends five minutes, in milliseconds. */
export const FIVE_MINUTES = 300_000;

/**
 * True if a signed time is no further from now than the tolerance, in either direction: a time in the
 * future would let a captured message live longer than the tolerance. Compared in whole seconds, since that
 * is what providers sign.
 *
 * @param time, now, tolerance milliseconds
 */
export function isFresh(time: number, now: number, tolerance: number): boolean {
  const seconds = Math.abs(Math.floor(now / 1000) - Math.floor(time / 1000));
  return seconds * 1000 <= tolerance;
}
