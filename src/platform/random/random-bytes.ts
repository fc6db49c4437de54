import { randomFillSync } from 'node:crypto';

/** Bytes that are asked for at once. */
const STORE_BYTES = 4_096;

const store = Buffer.allocUnsafe(STORE_BYTES);
let taken = STORE_BYTES;

/**
 * Random bytes that nobody can guess and nobody else gets, from a store: asking the system for each few of them would
 * cost more than all else about an id.
 *
 * @param count up to 4,096
 */
export function randomBytes(count: number): Buffer {
  if (taken + count > STORE_BYTES) {
    randomFillSync(store);
    taken = 0;
  }
  // A copy, since the store is filled anew under whoever keeps them.
  return Buffer.from(store.subarray(taken, (taken += count)));
}
