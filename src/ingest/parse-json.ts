import { isUtf8 } from 'node:buffer';
import {
  CAPITAL_E,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  SMALL_E,
  endOfString,
  isDigit,
} from './json-bytes.js';

/** More values are nobody's event, and would take gigabytes once they are parsed. */
const MOST_VALUES = 500_000;

/** Deeper nesting is nobody's event, and would overflow the stack of whoever writes it out again. */
const DEEPEST_NESTING = 200;

/** Bytes of a field's name, as it is sent. Names are kept by the engine as long as anything has them. */
const LONGEST_NAME = 4096;

/** Digits that every finite number can have before its point. */
const MOST_DIGITS = 308;

/** Bytes of a body that has neither too many values nor too long a name. The rest is seen sooner once it is parsed. */
const SMALL = LONGEST_NAME;

const TOO_DEEP = `The body is nested deeper than ${DEEPEST_NESTING}`;

export type ParsedJson = { ok: true; value: unknown } | { ok: false; message: string };

/**
 * Parses bytes that must be JSON in valid UTF-8 (RFC 8259, without a byte order mark).
 *
 * Everybody who reads a payload parses the same bytes by `JSON.parse`, so all see the same: of a field that stands
 * there twice the last one, of `__proto__` a field like any other, of a number what a double can hold of it. One that
 * would become infinite is refused, since it would be `null` as soon as it is written out again.
 */
export function parseJson(body: Buffer): ParsedJson {
  if (!isUtf8(body)) return { ok: false, message: 'The body is not valid UTF-8' };
  const { excess, isToBeChecked } = body.length > SMALL ? scan(body) : { isToBeChecked: true };
  if (excess !== undefined) return { ok: false, message: excess };
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return { ok: false, message: 'The body is not valid JSON' };
  }
  const fault = isToBeChecked ? faultOf(value) : undefined;
  return fault === undefined ? { ok: true, value } : { ok: false, message: fault };
}

interface Scan {
  /** What the body has too much of. */
  readonly excess?: string;
  /** Whether there is a number with an exponent, or a very long one. */
  readonly isToBeChecked: boolean;
}

/** Looks at the bytes before anything is built from them. */
function scan(body: Buffer): Scan {
  let depth = 0;
  let values = 1;
  let digits = 0;
  let stringBytes = 0;
  let isToBeChecked = false;
  const tooMuch = (excess: string): Scan => ({ excess, isToBeChecked });
  for (let index = 0; index < body.length; index++) {
    const byte = body[index];
    if (isDigit(byte)) {
      if (++digits > MOST_DIGITS) isToBeChecked = true;
      continue;
    }
    if ((byte === SMALL_E || byte === CAPITAL_E) && digits > 0) isToBeChecked = true;
    digits = 0;
    if (byte === QUOTE) {
      const end = endOfString(body, index);
      stringBytes = end - index - 1;
      index = end;
    } else if (byte === COLON) {
      if (stringBytes > LONGEST_NAME) return tooMuch(`The body has a name longer than ${LONGEST_NAME} bytes`);
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      values++;
      if (++depth > DEEPEST_NESTING) return tooMuch(TOO_DEEP);
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
    else if (byte === COMMA) values++;
    if (values > MOST_VALUES) return tooMuch(`The body has more than ${MOST_VALUES} values`);
  }
  return { isToBeChecked };
}

/** @param depth how many arrays and objects are around the value */
function faultOf(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : 'The body has a number that is too large';
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= DEEPEST_NESTING) return TOO_DEEP;
  for (const part of Object.values(value)) {
    const fault = faultOf(part, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
