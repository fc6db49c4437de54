import { randomUUID } from 'node:crypto';
import type { EventPattern, Provider } from '../../model/index.js';
import { readGithubEnvelope } from './envelope.js';
import type { GithubEventType, GithubPayload } from './event-types.js';
import { githubPayloadSchema } from './payload-schema.js';
import { githubReplayKey } from './replay-key.js';
import { samples } from './samples.js';
import { envelopeSchema } from './schema.js';
import { githubSignature, githubVerifier, webhookSecret } from './scheme.js';

export type { GithubEventType, GithubPayload } from './event-types.js';

export const github: Provider & {
  /** Which events a workflow is for: by name (`push`), or by name and action (`pull_request.opened`). */
  event<Type extends GithubEventType>(type: Type): EventPattern<GithubPayload<Type>>;
} = {
  name: 'github',
  documentation: 'https://docs.github.com/en/webhooks',
  settings: [webhookSecret],
  // A list of what to keep, not of what to drop: GitHub once sent secrets in a header nobody knew of.
  keptHeaders: [
    'content-type',
    'user-agent',
    'x-github-delivery',
    'x-github-event',
    'x-github-hook-id',
    'x-github-hook-installation-target-id',
    'x-github-hook-installation-target-type',
    'x-hub-signature-256',
  ],
  signatureHeaders: ['x-hub-signature-256'],
  retries: { timeoutSeconds: 10, schedule: null },
  // GitHub's own cap for a payload.
  bodyLimit: 25 * 1024 * 1024,
  verifier: (read) => githubVerifier(read(webhookSecret)),
  envelopeSchema,
  payloadSchema: githubPayloadSchema,
  readEnvelope: readGithubEnvelope,
  replayKey: githubReplayKey,
  samples,
  sign({ type, body }, read) {
    const [key] = read(webhookSecret);
    if (key === undefined) return undefined;
    return {
      headers: {
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/sample',
        'x-github-delivery': randomUUID(),
        'x-github-event': type.split('.', 1)[0] ?? type,
        'x-hub-signature-256': githubSignature(body, key),
      },
      body,
    };
  },
  event: (type) => ({ provider: 'github', type }),
};
