import { createHash } from 'node:crypto';

/** In hex, as the database is asked for it. */
export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
