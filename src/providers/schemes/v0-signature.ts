import type { Delivery, Verification, Verifier } from '../../model/index.js';
import { isFresh } from './freshness.js';
import { hmacSha256, matchingSecret } from './hmac.js';
import { requiredHeaders } from './required-headers.js';
import { fromHex } from './signature-bytes.js';
import { refused, verified } from './verdict.js';

const VERSION = 'v0';

/** What is the provider's own in a scheme that several share. */
export interface V0Scheme<Signature extends string, Timestamp extends string> {
  readonly signatureHeader: Signature;
  readonly timestampHeader: Timestamp;
  /** Name of the setting that is missing when there are no keys. */
  readonly setting: string;
  /** How far the signed time may lie from ours, in milliseconds. */
  readonly tolerance: number;
}

/**
 * One header with `v0=<hex>`, HMAC-SHA256 over `v0:<seconds>:<raw body>`, and one with the seconds. Slack invented
 * it, Zoom took it over. The key is the secret as it is shown.
 */
export function v0Verifier<const Signature extends string, const Timestamp extends string>(
  keys: readonly string[],
  scheme: V0Scheme<Signature, Timestamp>,
): Verifier {
  return { configured: keys.length > 0, verify: (delivery) => verify(delivery, keys, scheme) };
}

function verify<Signature extends string, Timestamp extends string>(
  { headers, body, receivedAt }: Delivery,
  keys: readonly string[],
  { signatureHeader, timestampHeader, setting, tolerance }: V0Scheme<Signature, Timestamp>,
): Verification {
  if (keys.length === 0) return { outcome: 'unconfigured', setting };
  const required = requiredHeaders<Signature | Timestamp>(headers, [signatureHeader, timestampHeader]);
  if (required.outcome === 'refused') return required;
  const time = required.values[timestampHeader];
  const text = required.values[signatureHeader];
  const signature = text.startsWith(`${VERSION}=`) ? fromHex(text.slice(VERSION.length + 1)) : undefined;
  if (signature === undefined || !/^\d{1,12}$/.test(time)) return refused('signature_malformed');

  const label = matchingSecret(keys, [signature], [`${VERSION}:${time}:`, body]);
  if (label === undefined) return refused('signature_mismatch');
  return isFresh(Number(time) * 1000, receivedAt, tolerance) ? verified(label) : refused('timestamp_stale');
}

/** The value of the signature's header. @param seconds since the epoch */
export function v0Signature(body: Buffer, key: string, seconds: number): string {
  return `${VERSION}=${hmacSha256(key, [`${VERSION}:${seconds}:`, body]).toString('hex')}`;
}
