import type { HmacHash } from '../schemes/hmac.js';

export type SignatureEncoding = 'hex' | 'base64' | 'base64url';

/** Bytes. */
const LENGTHS: Readonly<Record<HmacHash, number>> = { sha1: 20, sha256: 32, sha512: 64 };

/**
 * The bytes of a signature, read strictly: only a text that encodes exactly these bytes counts. Hex may be in
 * capital letters, but not in both; base64url may have its padding.
 */
export function decodeSignature(
  text: string,
  encoding: SignatureEncoding,
  hash: HmacHash,
): Buffer | undefined {
  const bytes = Buffer.from(text, encoding);
  return bytes.length === LENGTHS[hash] && writings(bytes, encoding).includes(text) ? bytes : undefined;
}

function writings(bytes: Buffer, encoding: SignatureEncoding): string[] {
  const usual = bytes.toString(encoding);
  switch (encoding) {
    case 'hex':
      return [usual, usual.toUpperCase()];
    case 'base64':
      return [usual];
    case 'base64url':
      return [usual, usual.padEnd(Math.ceil(usual.length / 4) * 4, '=')];
  }
}
