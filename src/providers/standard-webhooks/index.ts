import { signingSecrets } from '../../model/index.js';
import { standardWebhooksProvider } from '../schemes/standard-webhooks-provider.js';
import { samples } from './samples.js';

/** Whoever signs as the standard has it and has no folder of its own. */
export const standardWebhooks = standardWebhooksProvider({
  name: 'standard-webhooks',
  documentation: 'https://www.standardwebhooks.com',
  secret: signingSecrets({
    name: 'STANDARD_WEBHOOKS_SECRET',
    description:
      'Signing secret of a sender that signs as Standard Webhooks: base64, with or without "whsec_" before it.\n' +
      'Several, separated by commas, are all accepted: for several senders, or while one is rotated.',
  }),
  prefixes: ['webhook', 'svix'],
  retries: { timeoutSeconds: 15, schedule: 'as its sender chooses; the standard recommends several days' },
  samples,
});
