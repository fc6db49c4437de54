import { singleHeader, type DeliveryHeaders } from '../../model/index.js';
import { parseJsonPointer, valueAt, type JsonPointer } from './json-pointer.js';

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly path: string; readonly pointer: JsonPointer }
  | { readonly kind: 'header'; readonly path: string; readonly header: string };

/** Where a part of an event is found: alternatives, of which the first counts that has everything it names. */
export type Source = readonly (readonly Part[])[];

export type SourceReading = { ok: true; source: Source } | { ok: false; fault: string };

/** The name of a header, as RFC 9110 has it, within reason. */
export const HEADER_NAME = /^[A-Za-z][A-Za-z0-9-]{0,99}$/;

const FORM = 'must be a JSON pointer (/id), header:Name, or a text with such in braces (order.{/status})';

/** Reads what a definition says: one text, or several. */
export function parseSource(value: unknown): SourceReading {
  const texts: unknown[] = Array.isArray(value) ? value : [value];
  const alternatives = texts.map((text) => (typeof text === 'string' ? parseAlternative(text) : undefined));
  const source = alternatives.filter((parts) => parts !== undefined);
  return source.length > 0 && source.length === texts.length
    ? { ok: true, source }
    : { ok: false, fault: Array.isArray(value) ? `${FORM}, or several of them` : FORM };
}

function parseAlternative(text: string): readonly Part[] | undefined {
  if (text === '') return undefined;
  if (text.startsWith('/') || text.startsWith('header:')) {
    const part = parsePlace(text);
    return part && [part];
  }
  const parts: Part[] = [];
  for (const [piece, place, literal] of text.matchAll(/\{([^{}]*)\}|([^{}]+)|[{}]/g)) {
    const part = literal !== undefined ? ({ kind: 'text', text: piece } as const) : parsePlace(place ?? '');
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return parts;
}

function parsePlace(text: string): Part | undefined {
  if (text.startsWith('header:')) {
    const path = text.slice('header:'.length);
    return HEADER_NAME.test(path) ? { kind: 'header', path, header: path.toLowerCase() } : undefined;
  }
  const pointer = parseJsonPointer(text);
  return pointer && { kind: 'field', path: text, pointer };
}

/** The text that is found; `undefined` if no alternative has all its parts. */
export function readSource(source: Source, payload: unknown, headers: DeliveryHeaders): string | undefined {
  for (const parts of source) {
    const texts = parts.map((part) => textOf(part, payload, headers));
    if (texts.every((text) => text !== undefined)) return texts.join('');
  }
  return undefined;
}

function textOf(part: Part, payload: unknown, headers: DeliveryHeaders): string | undefined {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'header':
      return singleHeader(headers, part.header) || undefined;
    case 'field':
      return asText(valueAt(payload, part.pointer));
  }
}

/** Beyond 2^53 a number has already lost digits when it is read, and two ids could become one. */
function asText(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/** Every place that is named, as it was written. */
export function placesOf(source: Source): string[] {
  return source.flat().flatMap((part) => (part.kind === 'text' ? [] : [part.path]));
}

/** Every header that is named, in lower case. */
export function headersOf(source: Source): string[] {
  return source.flat().flatMap((part) => (part.kind === 'header' ? [part.header] : []));
}

/** The header that is all of the source, if it is one. */
export function onlyHeader(source: Source): string | undefined {
  const [part, ...others] = source.flat();
  return part?.kind === 'header' && others.length === 0 ? part.header : undefined;
}
