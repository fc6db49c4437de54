import { createHmac, timingSafeEqual } from 'node:crypto';

/** What is signed, in pieces: a body of megabytes is hashed where it lies instead of being copied. */
export type SignedParts = readonly (string | Buffer)[];

/** A text that is the key as it stands, or the bytes that it encodes. */
export type HmacKey = string | Buffer;

export type HmacHash = 'sha1' | 'sha256' | 'sha512';

export function hmac(hash: HmacHash, secret: HmacKey, parts: SignedParts): Buffer {
  const digest = createHmac(hash, secret);
  for (const part of parts) digest.update(part);
  return digest.digest();
}

export function hmacSha256(secret: HmacKey, parts: SignedParts): Buffer {
  return hmac('sha256', secret, parts);
}

/**
 * The label of the secret that made one of the signatures: `1` for the first secret, `2` for the second.
 * Every secret is compared with every signature, so that the time tells neither which one matched nor how far.
 *
 * @param signatures as long as the hash; a provider that rotates its secret sends several
 */
export function matchingSecret(
  secrets: readonly HmacKey[],
  signatures: readonly Buffer[],
  parts: SignedParts,
  hash: HmacHash = 'sha256',
): string | undefined {
  let label: string | undefined;
  secrets.forEach((secret, index) => {
    const expected = hmac(hash, secret, parts);
    for (const signature of signatures) {
      if (timingSafeEqual(expected, signature)) label ??= String(index + 1);
    }
  });
  return label;
}
