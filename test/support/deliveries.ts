import { sign } from '@octokit/webhooks-methods';
import { createHmac, randomUUID } from 'node:crypto';
import { providers } from '../../src/providers/index.js';
import type { TestService } from './service.js';

/** Who knows the secrets that a service was started with. */
export type Signer = Pick<TestService, 'secret'>;

export interface TestDelivery {
  readonly provider: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A body of one of the provider's samples, with fresh ids. */
export function sampleBody(provider: string, type: string): Record<string, unknown> {
  const sample = providers
    .find(({ name }) => name === provider)
    ?.samples.find((candidate) => candidate.type === type);
  if (sample === undefined) throw new Error(`There is no sample ${provider} ${type}`);
  return sample.body();
}

/** Signed by hand, as Stripe does: its SDK is large, and Jest loads it anew for each suite. @param timestamp seconds */
export function stripeDelivery(service: Signer, payload: unknown, timestamp?: number): TestDelivery {
  const body = JSON.stringify(payload);
  const now = timestamp === undefined ? Date.now() : timestamp * 1000;
  return {
    provider: 'stripe',
    headers: stripeSignature(body, service.secret('STRIPE_WEBHOOK_SECRET'), now),
    body,
  };
}

/** Stripe's signature header for any bytes, by hand: the SDK signs texts only. @param now milliseconds */
export function stripeSignature(
  body: string | Buffer,
  secret: string,
  now = Date.now(),
): { 'stripe-signature': string } {
  const time = Math.floor(now / 1000);
  const signature = createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex');
  return { 'stripe-signature': `t=${time},v1=${signature}` };
}

/** Signed by Octokit. */
export async function githubDelivery(
  service: Signer,
  event: string,
  payload: unknown,
  deliveryId: string = randomUUID(),
): Promise<TestDelivery> {
  const body = JSON.stringify(payload);
  return {
    provider: 'github',
    headers: {
      'x-github-event': event,
      'x-github-delivery': deliveryId,
      'x-hub-signature-256': await sign(service.secret('GITHUB_WEBHOOK_SECRET'), body),
    },
    body,
  };
}

export async function send(service: TestService, delivery: TestDelivery): Promise<Response> {
  return service.post(delivery.provider, delivery.headers, delivery.body);
}
