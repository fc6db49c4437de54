import { randomUUID } from 'node:crypto';
import { signingSecrets, type EventPattern, type Provider } from '../../model/index.js';
import { payloadObject } from '../envelope-schema.js';
import { FIVE_MINUTES } from '../schemes/freshness.js';
import {
  signAsStandardWebhooks,
  signatureHeaders,
  standardWebhooksVerifier,
} from '../schemes/standard-webhooks.js';
import { readGitlabEnvelope, scheme } from './envelope.js';
import type { GitlabEventType, GitlabPayload } from './event-types.js';
import { hookNames, samples } from './samples.js';

export type { GitlabEventType, GitlabPayload } from './event-types.js';

const signingToken = signingSecrets({
  name: scheme.setting,
  description:
    'Signing token of the GitLab webhook (Settings, Webhooks): starts with "whsec_". It is not the secret token,\n' +
    'which GitLab sends along as it is. Several, separated by commas, are all accepted.',
});

export const gitlab: Provider & {
  /**
   * Which events a workflow is for: by kind (`push`), or by kind and action (`merge_request.open`). A type of
   * the body can be given.
   */
  event<Payload = GitlabPayload>(type: GitlabEventType): EventPattern<Payload>;
} = {
  name: 'gitlab',
  documentation: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
  settings: [signingToken],
  // Not `X-Gitlab-Token`, which is a secret.
  keptHeaders: [
    'content-type',
    'user-agent',
    'idempotency-key',
    'x-gitlab-event',
    'x-gitlab-event-uuid',
    'x-gitlab-instance',
    'x-gitlab-webhook-uuid',
    ...signatureHeaders(scheme),
  ],
  signatureHeaders: signatureHeaders(scheme),
  retries: { timeoutSeconds: 10, schedule: null },
  bodyLimit: 25 * 1024 * 1024,
  verifier: (read) => standardWebhooksVerifier(read(signingToken), scheme),
  tolerance: FIVE_MINUTES,
  envelopeSchema: payloadObject(),
  readEnvelope: readGitlabEnvelope,
  samples,
  sign({ type, body }, read, now) {
    const [secret] = read(signingToken);
    if (secret === undefined) return undefined;
    const id = randomUUID();
    const headers = {
      'user-agent': 'GitLab/sample',
      'idempotency-key': id,
      'x-gitlab-event': hookNames[type] ?? 'System Hook',
    };
    return signAsStandardWebhooks({ id, body, headers }, secret, 'webhook', now);
  },
  event: (type) => ({ provider: 'gitlab', type }),
};
