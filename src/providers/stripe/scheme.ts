import { secrets, type SignedDelivery, type Verifier } from '../../model/index.js';
import { timedListHeader, timedListVerifier } from '../schemes/timed-signature-list.js';

export const webhookSecret = secrets({
  name: 'STRIPE_WEBHOOK_SECRET',
  description:
    'Signing secret of the Stripe webhook endpoint: the whole text, with "whsec_" (Dashboard, Webhooks,\n' +
    'or `stripe listen`). Several, separated by commas, are all accepted, so that one can be rotated.',
  generated: true,
});

const scheme = {
  header: 'stripe-signature',
  separator: ',',
  time: 't',
  signature: 'v1',
  joint: '.',
  setting: webhookSecret.name,
} as const;

/**
 * `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex> …]`, HMAC-SHA256 over `<t>.<raw body>`.
 *
 * The key is the secret as it is shown, prefix included: nothing in it is base64 here. Other schemes (v0) are for tests
 * of Stripe's own and prove nothing.
 *
 * @see https://docs.stripe.com/webhooks#verify-manually
 */
export function stripeVerifier(keys: readonly string[]): Verifier {
  return timedListVerifier(keys, scheme);
}

/** @param now milliseconds since the epoch */
export function signAsStripe(body: Buffer, key: string, now: number): SignedDelivery {
  return {
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      [scheme.header]: timedListHeader(body, key, now, scheme),
    },
    body,
  };
}
