import { secrets, type SignedDelivery, type Verifier } from '../../model/index.js';
import { timedListHeader, timedListVerifier } from '../schemes/timed-signature-list.js';

export const webhookSecret = secrets({
  name: 'PADDLE_WEBHOOK_SECRET',
  description:
    'Secret key of the Paddle notification destination (Developer tools, Notifications): the whole text.\n' +
    'Several, separated by commas, are all accepted, so that one can be rotated.',
});

const scheme = {
  header: 'paddle-signature',
  separator: ';',
  time: 'ts',
  signature: 'h1',
  joint: ':',
  setting: webhookSecret.name,
} as const;

/**
 * `Paddle-Signature: ts=<seconds>;h1=<hex>[;h1=<hex> …]`, HMAC-SHA256 over `<ts>:<raw body>`.
 *
 * Paddle's own libraries refuse a time more than five seconds old, and any in the future is good to them. Five seconds
 * are less than two clocks may differ, and less than a busy network may take: real events would be turned away. Five
 * minutes cost nothing, since what is sent again within them has the same `event_id`, which is signed.
 *
 * @see https://developer.paddle.com/webhooks/signature-verification
 */
export function paddleVerifier(keys: readonly string[]): Verifier {
  return timedListVerifier(keys, scheme);
}

/** @param now milliseconds since the epoch */
export function signAsPaddle(body: Buffer, key: string, now: number): SignedDelivery {
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Paddle',
      [scheme.header]: timedListHeader(body, key, now, scheme),
    },
    body,
  };
}
