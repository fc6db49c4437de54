import { createHash } from 'node:crypto';

/**
 * A delivery key for an event to which its provider gives no id: SHA-256 over everything it says, in hex.
 *
 * Two events that differ in anything are two, so that none is taken for another and lost. What is delivered again is
 * the same one, in whatever order its fields are written this time.
 */
export function contentKey(content: unknown): string {
  // In an array, for what is missing has no JSON by itself.
  return createHash('sha256')
    .update(JSON.stringify([content], withSortedFields))
    .digest('hex');
}

function withSortedFields(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
