import { isUtf8 } from 'node:buffer';

/** More fields are nobody's event. */
const MOST_FIELDS = 1000;

export type ParsedForm =
  { ok: true; value: Readonly<Record<string, string>> } | { ok: false; message: string };

/**
 * Parses a body of `application/x-www-form-urlencoded` as an object of texts. Of a name that comes twice the last one
 * counts, as in JSON. What a browser would guess at is refused: everybody who reads the bytes is to read the same.
 *
 * @see https://url.spec.whatwg.org/#urlencoded-parsing
 */
export function parseForm(body: Buffer): ParsedForm {
  if (!isUtf8(body)) return { ok: false, message: 'The body is not valid UTF-8' };
  const fields = body.toString('utf8').split('&', MOST_FIELDS + 1);
  if (fields.length > MOST_FIELDS) {
    return { ok: false, message: `The form has more than ${MOST_FIELDS} fields` };
  }
  try {
    // It makes own properties of all names, `__proto__` too.
    return { ok: true, value: Object.fromEntries(fields.filter((field) => field !== '').map(readField)) };
  } catch {
    return { ok: false, message: 'The form is not percent-encoded UTF-8' };
  }
}

/** @throws {URIError} */
function readField(field: string): [name: string, value: string] {
  const equals = field.indexOf('=');
  return equals < 0 ? [decode(field), ''] : [decode(field.slice(0, equals)), decode(field.slice(equals + 1))];
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
