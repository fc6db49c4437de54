/** The longest wait that a target may ask for, in milliseconds: a day. */
const LONGEST_MS = 24 * 60 * 60 * 1000;

/** The three forms of an HTTP-date (RFC 9110, section 5.6.7); the last one has no zone and means UTC. */
const DATE_WITH_ZONE = /^(?:\w{3}, \d{2} \w{3} \d{4}|\w{6,9}, \d{2}-\w{3}-\d{2}) \d{2}:\d{2}:\d{2} GMT$/;
const DATE_WITHOUT_ZONE = /^\w{3} \w{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * What a `Retry-After` header asks for (RFC 9110, section 10.2.3): seconds, or a date.
 *
 * @param header as it came
 * @param now milliseconds since 1970
 * @returns milliseconds to wait, at most a day; 0 for a date that has passed; undefined for what is neither
 */
export function readRetryAfter(
  header: string | readonly string[] | undefined,
  now: number,
): number | undefined {
  if (typeof header !== 'string') return undefined;
  const text = header.trim();
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : readDate(text) - now;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), LONGEST_MS);
}

/** @returns milliseconds since 1970, or NaN */
function readDate(text: string): number {
  if (DATE_WITH_ZONE.test(text)) return Date.parse(text);
  return DATE_WITHOUT_ZONE.test(text) ? Date.parse(`${text} GMT`) : NaN;
}
