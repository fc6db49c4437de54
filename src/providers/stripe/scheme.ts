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
  name: 'STRIPE_WEBHOOK_SECRET',
  description:
    'Signing secret of the Stripe webhook endpoint: the whole text, with "whsec_" (Dashboard, Webhooks,\n' +
    'or `stripe listen`). Several, separated by commas, are all accepted, so that one can be rotated.',
  generated: true,
});

const LIST = { separator: ',', time: 't', signature: 'v1' };

/**
 * `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex> …]`, HMAC-SHA256 over `<t>.<raw body>`.
 *
 * The key is the secret as it is shown, prefix included: nothing in it is base64 here. While a secret is
 * rotated there is one v1 for each. Other schemes (v0) are for tests of Stripe's own and prove nothing.
 *
 * @see https://docs.stripe.com/webhooks#verify-manually
 */
export function stripeVerifier(keys: readonly string[]): Verifier {
  return { configured: keys.length > 0, verify: (delivery) => verify(delivery, keys) };
}

function verify(delivery: Delivery, keys: readonly string[]): Verification {
  if (keys.length === 0) return { outcome: 'unconfigured', setting: webhookSecret.name };
  const headers = requiredHeaders(delivery.headers, ['stripe-signature']);
  if (headers.outcome === 'refused') return headers;
  const header = parseSignatureList(headers.values['stripe-signature'], LIST);
  if (header.outcome === 'refused') return header;

  const label = matchingSecret(keys, header.signatures, [`${header.time}.`, delivery.body]);
  if (label === undefined) return refused('signature_mismatch');
  // Last, so that "stale" is only said of what really was signed: a replay, or a clock that is wrong.
  return isFresh(Number(header.time) * 1000, delivery.receivedAt, FIVE_MINUTES)
    ? verified(label)
    : refused('timestamp_stale');
}

/** @param now milliseconds since the epoch */
export function signAsStripe(body: Buffer, key: string, now: number): SignedDelivery {
  const time = Math.floor(now / 1000);
  const signature = hmacSha256(key, [`${time}.`, body]).toString('hex');
  return {
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      'stripe-signature': `t=${time},v1=${signature}`,
    },
    body,
  };
}
