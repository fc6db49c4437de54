/**
 * Signatures as text, read strictly: `Buffer.from(text, 'hex')` stops silently at the first character that
 * is not hex, and base64 skips what it doesn't know, so neither may judge the text.
 */

/** Bytes of an HMAC-SHA256. */
const SHA256_LENGTH = 32;

/** Lower-case hex of a SHA-256, as every provider writes it. */
export function fromHex(text: string): Buffer | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? Buffer.from(text, 'hex') : undefined;
}

/** Canonical base64: the one text that encodes these bytes. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined;
}

/** Base64 of a SHA-256. */
export function sha256FromBase64(text: string): Buffer | undefined {
  const bytes = fromBase64(text);
  return bytes?.length === SHA256_LENGTH ? bytes : undefined;
}
