import { createHmac, timingSafeEqual } from 'node:crypto';

/** What is signed, in pieces: a body of megabytes is hashed where it lies instead of being copied. */
export type SignedParts = readonly (string | Buffer)[];

/** A text that is the key as it stands, or the bytes that it encodes. */
export type HmacKey = string | Buffer;

export function hmacSha256(secret: HmacKey, parts: SignedParts): Buffer {
  const hmac = createHmac('sha256', secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/**
 * The label of the secret that made one of the signatures: `1` for the first secret, `2` for the second.
 * Every secret is compared with every signature, so that the time tells neither which one matched nor how far.
 *
 * @param signatures 32 bytes each; a provider that rotates its secret sends several
 */
export function matchingSecret(
  secrets: readonly HmacKey[],
  signatures: readonly Buffer[],
  parts: SignedParts,
): string | undefined {
  let label: string | undefined;
  secrets.forEach((secret, index) => {
    const expected = hmacSha256(secret, parts);
    for (const signature of signatures) {
      if (timingSafeEqual(expected, signature)) label ??= String(index + 1);
    }
  });
  return label;
}
