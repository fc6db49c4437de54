import type { Readable } from 'node:stream';

/** Bytes of a reply that are kept; beyond them it is not read. */
export const REPLY_LIMIT = 64 * 1024;

/** Levels of JSON that the database surely takes. */
const DEPTH_LIMIT = 100;

/**
 * The body as text, cut at {@link REPLY_LIMIT}. The connection of a longer one is given up, since the rest
 * may never end.
 *
 * @throws what the connection throws
 */
export async function readReplyText(body: Readable): Promise<string> {
  // Whoever stops reading makes it fail, and by then nobody listens.
  body.on('error', () => undefined);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > REPLY_LIMIT) break;
  }
  const text = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, REPLY_LIMIT));
  return text.replaceAll('\0', '');
}

/**
 * What is kept of a reply: parsed, if it is JSON that the database takes, else its text. A target's odd
 * answer must not spoil what the target has done.
 */
export function interpretReply(text: string, contentType: string | readonly string[] | undefined): unknown {
  if (typeof contentType !== 'string' || !/^application\/(?:[^;]+\+)?json\s*(?:;|$)/i.test(contentType)) {
    return text;
  }
  try {
    const value: unknown = JSON.parse(text);
    return isStorable(value, 0) ? value : text;
  } catch {
    return text;
  }
}

/** PostgreSQL's jsonb takes no NUL and no half of a surrogate pair, and no more levels than its stack has. */
function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value !== 'object' || value === null) return true;
  return (
    depth < DEPTH_LIMIT &&
    Object.entries(value).every(([key, part]) => isStorableText(key) && isStorable(part, depth + 1))
  );
}

function isStorableText(text: string): boolean {
  return !/[\0\p{Cs}]/u.test(text);
}
