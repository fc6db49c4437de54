import { isUtf8 } from 'node:buffer';

/** Deeper nesting is nobody's event, and would overflow the stack of whoever writes it out again. */
const DEEPEST_NESTING = 200;

export type ParsedJson = { ok: true; value: unknown } | { ok: false; message: string };

/** Parses bytes that must be JSON in valid UTF-8 (RFC 8259, without a byte order mark). */
export function parseJson(body: Buffer): ParsedJson {
  if (!isUtf8(body)) return { ok: false, message: 'The body is not valid UTF-8' };
  if (isTooDeep(body)) return { ok: false, message: `The body is nested deeper than ${DEEPEST_NESTING}` };
  try {
    return { ok: true, value: JSON.parse(body.toString('utf8')) as unknown };
  } catch {
    return { ok: false, message: 'The body is not valid JSON' };
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

function isTooDeep(body: Buffer): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < body.length; index++) {
    const byte = body[index] as number;
    if (inString) {
      if (byte === BACKSLASH) index++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (++depth > DEEPEST_NESTING) return true;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
  }
  return false;
}
