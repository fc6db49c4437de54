import {
  secrets,
  type Delivery,
  type SignedDelivery,
  type Verification,
  type Verifier,
} from '../../model/index.js';
import { FIVE_MINUTES, isFresh } from '../schemes/freshness.js';
import { hmacSha256, matchingSecret } from '../schemes/hmac.js';
import { requiredHeaders } from '../schemes/required-headers.js';
import { parseSignatureList } from '../schemes/signature-list.js';
import { refused, verified } from '../schemes/verdict.js';

export const webhookSecret = secrets({
  name: 'PADDLE_WEBHOOK_SECRET',
  description:
    'Secret key of the Paddle notification destination (Developer tools, Notifications): the whole text.\n' +
    'Several, separated by commas, are all accepted, so that one can be rotated.',
});

const LIST = { separator: ';', time: 'ts', signature: 'h1' };

/**
 * `Paddle-Signature: ts=<seconds>;h1=<hex>[;h1=<hex> …]`, HMAC-SHA256 over `<ts>:<raw body>`. While a secret is
 * rotated there is one h1 for each.
 *
 * Paddle's own libraries refuse a time more than five seconds old, and any in the future is good to them. Five seconds
 * are less than two clocks may differ, and less than a busy network may take: real events would be turned away. Five
 * minutes cost nothing, since what is sent again within them has the same `event_id`, which is signed.
 *
 * @see https://developer.paddle.com/webhooks/signature-verification
 */
export function paddleVerifier(keys: readonly string[]): Verifier {
  return { configured: keys.length > 0, verify: (delivery) => verify(delivery, keys) };
}

function verify(delivery: Delivery, keys: readonly string[]): Verification {
  if (keys.length === 0) return { outcome: 'unconfigured', setting: webhookSecret.name };
  const headers = requiredHeaders(delivery.headers, ['paddle-signature']);
  if (headers.outcome === 'refused') return headers;
  const list = parseSignatureList(headers.values['paddle-signature'], LIST);
  if (list.outcome === 'refused') return list;

  const label = matchingSecret(keys, list.signatures, [`${list.time}:`, delivery.body]);
  if (label === undefined) return refused('signature_mismatch');
  return isFresh(Number(list.time) * 1000, delivery.receivedAt, FIVE_MINUTES)
    ? verified(label)
    : refused('timestamp_stale');
}

/** @param now milliseconds since the epoch */
export function signAsPaddle(body: Buffer, key: string, now: number): SignedDelivery {
  const time = Math.floor(now / 1000);
  const signature = hmacSha256(key, [`${time}:`, body]).toString('hex');
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Paddle',
      'paddle-signature': `ts=${time};h1=${signature}`,
    },
    body,
  };
}
