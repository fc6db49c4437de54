import { signingSecrets, type EventPattern, type Provider } from '../../model/index.js';
import { payloadObject } from '../envelope-schema.js';
import { freshName } from '../sample-ids.js';
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
  name: 'SVIX_WEBHOOK_SECRET',
  description:
    'Signing secret of the endpoint at Svix, or at a service that sends by Svix: starts with "whsec_".\n' +
    'Several, separated by commas, are all accepted, so that one can be rotated.',
});

/** Its own headers, or those of the standard where the service that sends by Svix wanted it so. */
const scheme: StandardWebhooksScheme = { prefixes: ['svix', 'webhook'], setting: webhookSecret.name };

export const svix: Provider & {
  /** Which events a workflow is for. The type of its body is that of the service that sends by Svix. */
  event<Payload = StandardWebhooksMessage>(type: string): EventPattern<Payload>;
} = {
  name: 'svix',
  documentation: 'https://docs.svix.com/receiving/verifying-payloads/how-manual',
  settings: [webhookSecret],
  keptHeaders: ['content-type', 'user-agent', ...signatureHeaders(scheme)],
  signatureHeaders: signatureHeaders(scheme),
  retries: {
    timeoutSeconds: 15,
    schedule: 'seven times: after 5 seconds, 5 and 30 minutes, 2, 5, 10 and 10 hours',
  },
  bodyLimit: 1024 * 1024,
  verifier: (read) => standardWebhooksVerifier(read(webhookSecret), scheme),
  tolerance: FIVE_MINUTES,
  envelopeSchema: payloadObject(),
  readEnvelope: (payload, headers) => readStandardMessage(payload, headers, scheme),
  samples,
  sign({ body }, read, now) {
    const [secret] = read(webhookSecret);
    if (secret === undefined) return undefined;
    return signAsStandardWebhooks({ id: freshName('msg_'), body }, secret, 'svix', now);
  },
  event: (type) => ({ provider: 'svix', type }),
};
