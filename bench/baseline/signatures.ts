import { createHmac, timingSafeEqual } from 'node:crypto';
import Stripe from 'stripe';

/** @throws if the body is not signed by Stripe */
export function readStripeEvent(body: Buffer, signature: string): Stripe.Event {
  return Stripe.webhooks.constructEvent(body, signature, process.env['STRIPE_WEBHOOK_SECRET'] ?? '');
}

/** @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
export function isSignedByGithub(body: Buffer, signature: string): boolean {
  const secret = process.env['GITHUB_WEBHOOK_SECRET'] ?? '';
  const wanted = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const given = Buffer.from(signature);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
