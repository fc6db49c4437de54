/**
 * Reads payloads that have passed their provider's `envelopeSchema`. Fields are named by JSON pointer (RFC 6901,
 * without escapes: no field we read needs any).
 */

/** Characters. Ids, types and entity keys are columns with indexes. */
const KEY_LIMIT = 255;

/** The value at a pointer, or `undefined`. Only own properties count: `__proto__` is a field like any other. */
export function valueAt(payload: unknown, pointer: string): unknown {
  let value = payload;
  for (const name of pointer.split('/').slice(1)) {
    if (!isRecord(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/**
 * A text that the schema demands.
 *
 * @throws {TypeError} if there is none: then the schema does not demand it
 */
export function textAt(payload: unknown, pointer: string): string {
  const value = valueAt(payload, pointer);
  if (typeof value !== 'string') throw new TypeError(`The schema lets ${pointer} be no text`);
  return value;
}

/** The text at a pointer if it can be a key of ours, otherwise null. The schema need not know of it. */
export function keyAt(payload: unknown, pointer: string): string | null {
  return storableKey(valueAt(payload, pointer));
}

/** Bounded, and free of what PostgreSQL refuses (NUL) or two of its rows could share (a lone surrogate). */
export function storableKey(value: unknown): string | null {
  if (typeof value !== 'string' || value === '' || value.length > KEY_LIMIT) return null;
  return /[\p{Cc}\p{Cs}]/u.test(value) ? null : value;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
