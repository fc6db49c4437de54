import { isUtf8 } from 'node:buffer';
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  endOfString,
} from './json-bytes.js';

/** More values are nobody's event, and would take gigabytes once they are parsed. */
const MOST_VALUES = 500_000;

/** Deeper nesting is nobody's event, and would overflow the stack of whoever writes it out again. */
const DEEPEST_NESTING = 200;

export type ParsedJson = { ok: true; value: unknown } | { ok: false; message: string };

/** Parses bytes that must be JSON in valid UTF-8 (RFC 8259, without a byte order mark). */
export function parseJson(body: Buffer): ParsedJson {
  if (!isUtf8(body)) return { ok: false, message: 'The body is not valid UTF-8' };
  const excess = findExcess(body);
  if (excess !== undefined) return { ok: false, message: excess };
  try {
    return { ok: true, value: JSON.parse(body.toString('utf8')) as unknown };
  } catch {
    return { ok: false, message: 'The body is not valid JSON' };
  }
}

/** What the body has too much of, found before anything is built from it. */
function findExcess(body: Buffer): string | undefined {
  let depth = 0;
  let values = 1;
  for (let index = 0; index < body.length; index++) {
    const byte = body[index];
    if (byte === QUOTE) index = endOfString(body, index);
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      values++;
      if (++depth > DEEPEST_NESTING) return `The body is nested deeper than ${DEEPEST_NESTING}`;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
    else if (byte === COMMA) values++;
    if (values > MOST_VALUES) return `The body has more than ${MOST_VALUES} values`;
  }
  return undefined;
}
