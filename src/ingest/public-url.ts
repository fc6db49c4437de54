/** What a request says about the address it was sent to. */
export interface RequestTarget {
  readonly protocol: string;
  /** The `Host` header, with its port. */
  readonly host: string;
  /** The request target as it stands in the first line: the path with its query, or the whole address. */
  readonly url: string;
}

/** The beginning of a request target in absolute form (RFC 9112, section 3.2.2), which says more than `Host`. */
const ORIGIN = /^https?:\/\/[^/?#]*/i;

/**
 * The address of a request as its sender wrote it, byte for byte, since some providers sign it.
 *
 * @param base `PUBLIC_URL`: behind a proxy nothing else can tell the scheme, the host and what the proxy has taken off
 *   the path. '' if the request is believed
 */
export function publicUrl({ protocol, host, url }: RequestTarget, base: string): string {
  const [origin] = ORIGIN.exec(url) ?? [];
  const path = url.slice(origin?.length ?? 0);
  if (base !== '') return base.replace(/\/+$/, '') + path;
  return (origin ?? `${protocol}://${host}`) + path;
}
