import { signingSecrets } from '../../model/index.js';
import { standardWebhooksProvider } from '../schemes/standard-webhooks-provider.js';
import { samples } from './samples.js';

/** Its own headers, or those of the standard where the service that sends by Svix wanted it so. */
export const svix = standardWebhooksProvider({
  name: 'svix',
  documentation: 'https://docs.svix.com/receiving/verifying-payloads/how-manual',
  secret: signingSecrets({
    name: 'SVIX_WEBHOOK_SECRET',
    description:
      'Signing secret of the endpoint at Svix, or at a service that sends by Svix: starts with "whsec_".\n' +
      'Several, separated by commas, are all accepted, so that one can be rotated.',
  }),
  prefixes: ['svix', 'webhook'],
  retries: {
    timeoutSeconds: 15,
    schedule: 'seven times: after 5 seconds, 5 and 30 minutes, 2, 5, 10 and 10 hours',
  },
  samples,
});
