/** Headers that say what a request is, in lower case. A request may have one of each. */
const SINGLE: ReadonlySet<string> = new Set(['content-encoding', 'content-length', 'content-type', 'host']);

/**
 * The first of these headers that came twice, if any did. Node would take the first of two, a proxy in front of us
 * perhaps the last, and what one has checked would not be what the other reads.
 *
 * @param rawHeaders names and values by turns, as they were sent
 */
export function findDoubledHeader(rawHeaders: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    if (!SINGLE.has(name)) continue;
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}
