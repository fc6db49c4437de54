import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { SignedParts } from './hmac.js';

/** Of a key, with the sign in its highest bit. */
const LAST_BYTE = 31;

/**
 * The points of small order, as they are written without the bit of the sign, in hex. Under such a "key" anybody can
 * sign: all zeros, a likely placeholder, is one of them.
 *
 * @see https://github.com/C2SP/CCTV/tree/main/ed25519 where they are the fourteen "low-order points"
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** A public key (RFC 8032) from 64 hex digits; `undefined` for anything else, and for keys under which all can sign. */
export function readEd25519Key(hex: string): KeyObject | undefined {
  if (!/^[0-9a-fA-F]{64}$/.test(hex)) return undefined;
  const bytes = Buffer.from(hex, 'hex');
  if (hasSmallOrder(bytes)) return undefined;
  try {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') };
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function hasSmallOrder(key: Buffer): boolean {
  const withoutSign = Buffer.from(key);
  withoutSign.writeUInt8(key.readUInt8(LAST_BYTE) & 0x7f, LAST_BYTE);
  return SMALL_ORDER.has(withoutSign.toString('hex'));
}

/** The 64 bytes of a signature from lower-case hex; nothing else. */
export function readEd25519Signature(hex: string): Buffer | undefined {
  return /^[0-9a-f]{128}$/.test(hex) ? Buffer.from(hex, 'hex') : undefined;
}

export function verifiesEd25519(key: KeyObject, signature: Buffer, parts: SignedParts): boolean {
  // In one piece, for Ed25519 goes over its message twice.
  const message = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return verify(null, message, key, signature);
}
