import { v7 as uuidv7 } from 'uuid';
import { randomBytes } from './random-bytes.js';

/** Of the last id: its millisecond, and its place among the ids of that millisecond. */
let msecs = 0;
let seq = 0;

/** A UUIDv7 (RFC 9562), later than every one before it in this process, also within a millisecond. */
export function newId(): string {
  const random = randomBytes(16);
  const now = Date.now();
  if (now > msecs) {
    msecs = now;
    // Half of the 32 bits that there are, so that the others can follow.
    seq = random.readUInt32BE() >>> 1;
  } else {
    seq++;
  }
  return uuidv7({ msecs, seq, random });
}
