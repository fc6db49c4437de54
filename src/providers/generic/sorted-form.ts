import { isUtf8 } from 'node:buffer';

export const FORM_TYPE = 'application/x-www-form-urlencoded';

/**
 * The parameters of a form as Twilio signs them: sorted by name, each name with its value, nothing between them.
 * A name that comes several times has its different values in order.
 *
 * @returns `undefined` for what is no form: what is not UTF-8 would be read in more than one way
 * @see https://www.twilio.com/docs/usage/security
 */
export function sortedForm(body: Buffer): string | undefined {
  const pairs = isUtf8(body) ? parseForm(body.toString()) : undefined;
  if (pairs === undefined) return undefined;
  const values = new Map<string, Set<string>>();
  for (const [name, value] of pairs) values.set(name, (values.get(name) ?? new Set()).add(value));
  return [...values.keys()]
    .sort()
    .flatMap((name) => [...(values.get(name) ?? [])].sort().map((value) => name + value))
    .join('');
}

/** Strict where `URLSearchParams` is lenient: it makes the same text of different bytes. */
function parseForm(text: string): [string, string][] | undefined {
  if (text === '') return [];
  const pairs: [string, string][] = [];
  for (const field of text.split('&')) {
    const [, name, value] = /^([^=]+)=([^=]*)$/.exec(field) ?? [];
    if (name === undefined || value === undefined) return undefined;
    try {
      pairs.push([decode(name), decode(value)]);
    } catch {
      return undefined;
    }
  }
  return pairs;
}

/** @throws URIError for what is not the percent encoding of UTF-8 */
function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
