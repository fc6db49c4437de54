import type { EventPattern, Provider } from '../../model/index.js';
import { FIVE_MINUTES } from '../schemes/freshness.js';
import { readPaypalEnvelope } from './envelope.js';
import type { PaypalEventType, PaypalPayload } from './event-types.js';
import { paypalMode } from './own-signature.js';
import { signAsRelay } from './relay-scheme.js';
import { paypalReplayKey } from './replay-key.js';
import { samples } from './samples.js';
import { envelopeSchema } from './schema.js';
import { paypalVerifier } from './scheme.js';
import { clientId, clientSecret, environment, relaySecret, verification, webhookId } from './settings.js';

export type {
  PaypalCapture,
  PaypalEvent,
  PaypalEventType,
  PaypalMoney,
  PaypalPayload,
  PaypalRefund,
} from './event-types.js';

export const paypal: Provider & {
  /** Which events a workflow is for. */
  event<Type extends PaypalEventType>(type: Type): EventPattern<PaypalPayload<Type>>;
} = {
  name: 'paypal',
  documentation: 'https://developer.paypal.com/api/rest/webhooks/rest/',
  settings: [webhookId, environment, verification, clientId, clientSecret, relaySecret],
  keptHeaders: [
    'content-type',
    'user-agent',
    'paypal-auth-algo',
    'paypal-auth-version',
    'paypal-cert-url',
    'paypal-transmission-id',
    'paypal-transmission-sig',
    'paypal-transmission-time',
  ],
  signatureHeaders: [
    'paypal-auth-algo',
    'paypal-cert-url',
    'paypal-transmission-id',
    'paypal-transmission-sig',
    'paypal-transmission-time',
  ],
  retries: { timeoutSeconds: null, schedule: 'up to 25 times in three days' },
  bodyLimit: 1024 * 1024,
  verifier: (read, tools) =>
    paypalVerifier(
      {
        webhookId: read(webhookId),
        environment: read(environment),
        verification: read(verification),
        client: { id: read(clientId), secret: read(clientSecret) },
        relaySecrets: read(relaySecret),
      },
      tools,
    ),
  tolerance: FIVE_MINUTES,
  envelopeSchema,
  readEnvelope: readPaypalEnvelope,
  replayKey: paypalReplayKey,
  modeOf: paypalMode,
  samples,
  // As a relay: only PayPal has the key of its own scheme.
  sign({ body }, read, now) {
    const [key] = read(relaySecret);
    return key === undefined ? undefined : signAsRelay(body, key, now);
  },
  event: (type) => ({ provider: 'paypal', type }),
};
