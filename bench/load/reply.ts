/** What matters of an HTTP reply. */
export interface Reply {
  readonly status: number;
  readonly retryAfterSeconds: number;
  /** Bytes of all of it. */
  readonly length: number;
}

const HEAD_END = '\r\n\r\n';

/** In a status line the status stands behind `HTTP/1.1 `. */
const STATUS_AT = 9;

/**
 * The reply that the bytes begin with; undefined until it is whole.
 *
 * @throws if it does not say how long it is: nobody who is measured sends such a one
 */
export function readReply(data: Buffer): Reply | undefined {
  const headEnd = data.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = data.toString('latin1', 0, headEnd);
  const contentLength = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (contentLength === undefined) throw new Error(`A reply does not say how long it is: ${head}`);
  const length = headEnd + HEAD_END.length + Number(contentLength);
  if (data.length < length) return undefined;
  const retryAfter = /\r\nretry-after: *(\d+)/i.exec(head)?.[1] ?? 0;
  const status = Number(head.slice(STATUS_AT, STATUS_AT + 3));
  return { status, retryAfterSeconds: Number(retryAfter), length };
}
