import { randomUUID } from 'node:crypto';
import { signingSecrets, type EventPattern, type Provider } from '../../model/index.js';
import { payloadObject } from '../envelope-schema.js';
import { readStandardMessage, type StandardWebhooksMessage } from '../schemes/standard-webhooks-message.js';
import { FIVE_MINUTES } from '../schemes/freshness.js';
import {
  signAsStandardWebhooks,
  signatureHeaders,
  standardWebhooksVerifier,
  type StandardWebhooksScheme,
} from '../schemes/standard-webhooks.js';
import { samples } from './samples.js';

const webhookSecret = signingSecrets({
  name: 'STANDARD_WEBHOOKS_SECRET',
  description:
    'Signing secret of a sender that signs as Standard Webhooks: base64, with or without "whsec_" before it.\n' +
    'Several, separated by commas, are all accepted: for several senders, or while one is rotated.',
});

const scheme: StandardWebhooksScheme = { prefixes: ['webhook', 'svix'], setting: webhookSecret.name };

/** Whoever signs as the standard has it and has no folder of its own. */
export const standardWebhooks: Provider & {
  /** Which events a workflow is for. The sender's type of its body can be given. */
  event<Payload = StandardWebhooksMessage>(type: string): EventPattern<Payload>;
} = {
  name: 'standard-webhooks',
  documentation: 'https://www.standardwebhooks.com',
  settings: [webhookSecret],
  keptHeaders: ['content-type', 'user-agent', ...signatureHeaders(scheme)],
  signatureHeaders: signatureHeaders(scheme),
  retries: { timeoutSeconds: 15, schedule: 'as its sender chooses; the standard recommends several days' },
  bodyLimit: 1024 * 1024,
  verifier: (read) => standardWebhooksVerifier(read(webhookSecret), scheme),
  tolerance: FIVE_MINUTES,
  envelopeSchema: payloadObject(),
  readEnvelope: (payload, headers) => readStandardMessage(payload, headers, scheme),
  samples,
  sign({ body }, read, now) {
    const [secret] = read(webhookSecret);
    if (secret === undefined) return undefined;
    return signAsStandardWebhooks({ id: `msg_${randomUUID()}`, body }, secret, 'webhook', now);
  },
  event: (type) => ({ provider: 'standard-webhooks', type }),
};
