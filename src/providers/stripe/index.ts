import type { EventPattern, Provider } from '../../model/index.js';
import { FIVE_MINUTES } from '../schemes/freshness.js';
import { readStripeEnvelope, stripeMode } from './envelope.js';
import type { StripeEventType, StripePayload } from './event-types.js';
import { samples } from './samples.js';
import { envelopeSchema } from './schema.js';
import { signAsStripe, stripeVerifier, webhookSecret } from './scheme.js';

export type { StripeEventType, StripePayload } from './event-types.js';

export const stripe: Provider & {
  /** Which events a workflow is for, typed by Stripe's SDK. */
  event<Type extends StripeEventType>(type: Type): EventPattern<StripePayload<Type>>;
} = {
  name: 'stripe',
  documentation: 'https://docs.stripe.com/webhooks',
  settings: [webhookSecret],
  keptHeaders: ['content-type', 'user-agent', 'stripe-signature'],
  signatureHeaders: ['stripe-signature'],
  retries: { timeoutSeconds: null, schedule: 'for up to three days, ever more rarely' },
  bodyLimit: 1024 * 1024,
  verifier: (read) => stripeVerifier(read(webhookSecret)),
  tolerance: FIVE_MINUTES,
  envelopeSchema,
  readEnvelope: readStripeEnvelope,
  modeOf: stripeMode,
  samples,
  sign({ body }, read, now) {
    const [key] = read(webhookSecret);
    return key === undefined ? undefined : signAsStripe(body, key, now);
  },
  event: (type) => ({ provider: 'stripe', type }),
};
