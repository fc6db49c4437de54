import { createPublicKey, createVerify, type KeyObject } from 'node:crypto';
import type { SignedParts } from './hmac.js';
import { fromBase64 } from './signature-bytes.js';

/** Bytes of the longest signature in DER: two numbers of 33 bytes, each with its head, and the head of both. */
const LONGEST_SIGNATURE = 72;

/** A public key on the curve P-256 from base64 of its SPKI in DER (RFC 5480); `undefined` for anything else. */
export function readP256Key(base64: string): KeyObject | undefined {
  const der = fromBase64(base64);
  if (der === undefined) return undefined;
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** A signature in DER from canonical base64. Whether it is DER, only the verification tells. */
export function readEcdsaSignature(base64: string): Buffer | undefined {
  const bytes = fromBase64(base64);
  return bytes !== undefined && bytes.length <= LONGEST_SIGNATURE ? bytes : undefined;
}

/** ECDSA over SHA-256. */
export function verifiesEcdsa(key: KeyObject, signature: Buffer, parts: SignedParts): boolean {
  const verify = createVerify('sha256');
  for (const part of parts) verify.update(part);
  return verify.verify({ key, dsaEncoding: 'der' }, signature);
}
