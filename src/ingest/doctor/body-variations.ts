import { createHash } from 'node:crypto';
import { parseJson } from '../parse-json.js';
import type { BodyChange } from './diagnosis.js';

export interface BodyVariation {
  readonly change: BodyChange;
  readonly body: Buffer;
}

/** How a body is written again. Bodies may have megabytes, so each is made when it is its turn. */
type Rewriting = readonly [BodyChange, () => Buffer];

const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** What a body may have been before somebody on its way parsed and wrote it again, or took it for text; each once. */
export function* bodyVariations(body: Buffer): Generator<BodyVariation> {
  const seen = new Set([digest(body)]);
  for (const [change, rewrite] of [...asText(body), ...asJson(body)]) {
    const rewritten = rewrite();
    const known = seen.size;
    if (seen.add(digest(rewritten)).size > known) yield { change, body: rewritten };
  }
}

function asText(body: Buffer): Rewriting[] {
  // A character a byte, so that what is no UTF-8 stays what it is.
  const withText = (rewrite: (text: string) => string) => () =>
    Buffer.from(rewrite(body.toString('latin1')), 'latin1');
  const marked = body.subarray(0, MARK.length).equals(MARK);
  return [
    ['mark_removed', () => (marked ? body.subarray(MARK.length) : body)],
    ['line_feeds', withText((text) => text.replaceAll('\r\n', '\n'))],
    ['carriage_returns', withText((text) => text.replace(/\r?\n/g, '\r\n'))],
    ['line_end_removed', withText((text) => text.replace(/\r?\n$/, ''))],
    ['line_end_added', withText((text) => `${text}\n`)],
    // UTF-8 that was taken for ISO 8859-1, and became UTF-8 once more.
    ['decoded_once_more', () => Buffer.from(body.toString('utf8'), 'latin1')],
  ];
}

function asJson(body: Buffer): Rewriting[] {
  const value = parse(body);
  if (value === undefined) return [];
  const compact = (): string => JSON.stringify(value);
  const written: [BodyChange, () => string][] = [
    ['compact', compact],
    ['indented_2', () => JSON.stringify(value, null, 2)],
    ['indented_4', () => JSON.stringify(value, null, 4)],
    // As Python does by default.
    ['spaced', () => spaced(value)],
    ['spaced', () => escaped(spaced(value))],
    ['unicode_escaped', () => escaped(compact())],
    // As PHP does by default.
    ['slashes_escaped', () => escaped(compact()).replaceAll('/', '\\/')],
    ['slashes_escaped', () => compact().replaceAll('/', '\\/')],
  ];
  return written.map(([change, write]) => [change, () => Buffer.from(write())]);
}

/** Undefined if it is no JSON. */
function parse(body: Buffer): unknown {
  const text = body.subarray(0, MARK.length).equals(MARK) ? body.subarray(MARK.length) : body;
  const parsed = parseJson(text);
  return parsed.ok ? parsed.value : undefined;
}

/** Everything beyond ASCII as `\uXXXX`. */
function escaped(json: string): string {
  return json.replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** JSON on one line, with a space behind every comma and colon. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, field]) => `${JSON.stringify(name)}: ${spaced(field)}`);
  return `{${fields.join(', ')}}`;
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64');
}
