import { randomUUID } from 'node:crypto';
import type { Delivery, SignedDelivery, Verification } from '../../model/index.js';
import { FIVE_MINUTES, isFresh } from '../schemes/freshness.js';
import { hmacSha256, matchingSecret, type SignedParts } from '../schemes/hmac.js';
import { sha256FromBase64 } from '../schemes/signature-bytes.js';
import { refused, verified } from '../schemes/verdict.js';
import type { Transmission } from './transmission.js';

/** The value of `PAYPAL-AUTH-ALGO` that tells this scheme from PayPal's own. */
export const RELAY_ALGORITHM = 'HMAC-SHA256';

function signedParts(id: string, time: string, body: Buffer): SignedParts {
  return [`${id}|${time}|`, body];
}

/**
 * Ours, for relays and simulators, which do not have PayPal's key: `PAYPAL-TRANSMISSION-SIG` is the base64
 * HMAC-SHA256 over `<transmission id>|<transmission time>|<raw body>`. Unlike PayPal's own scheme it covers
 * the whole body, and the time may be five minutes off at most, since a relay signs when it sends.
 */
export function verifyRelay(
  { body, receivedAt }: Delivery,
  { id, time, timeText, signature }: Transmission,
  keys: readonly string[],
): Verification {
  // Without a secret there is no such scheme here.
  if (keys.length === 0) return refused('algorithm_unknown');
  const bytes = sha256FromBase64(signature);
  if (bytes === undefined) return refused('signature_malformed');
  const label = matchingSecret(keys, [bytes], signedParts(id, timeText, body));
  if (label === undefined) return refused('signature_mismatch');
  return isFresh(time, receivedAt, FIVE_MINUTES) ? verified(label) : refused('timestamp_stale');
}

/** @param now milliseconds since the epoch */
export function signAsRelay(body: Buffer, key: string, now: number): SignedDelivery {
  const id = randomUUID();
  const time = new Date(now).toISOString();
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'PayPal/sample',
      'paypal-auth-algo': RELAY_ALGORITHM,
      'paypal-transmission-id': id,
      'paypal-transmission-time': time,
      'paypal-transmission-sig': hmacSha256(key, signedParts(id, time, body)).toString('base64'),
    },
    body,
  };
}
