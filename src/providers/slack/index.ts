import type { EventPattern, Provider } from '../../model/index.js';
import { FIVE_MINUTES } from '../schemes/freshness.js';
import { answerSlack } from './challenge.js';
import { readSlackEnvelope } from './envelope.js';
import type { SlackEventType, SlackPayload } from './event-types.js';
import { samples } from './samples.js';
import { envelopeSchema } from './schema.js';
import { signAsSlack, signingSecret, slackVerifier } from './scheme.js';

export type { SlackEventCallback, SlackEventType, SlackPayload } from './event-types.js';

/** The Events API. Slash commands and interactions want an answer with content, so they have no place here. */
export const slack: Provider & {
  /** Which events a workflow is for, typed by Slack's own types. */
  event<Type extends SlackEventType>(type: Type): EventPattern<SlackPayload<Type>>;
} = {
  name: 'slack',
  documentation: 'https://docs.slack.dev/apis/events-api',
  settings: [signingSecret],
  keptHeaders: [
    'content-type',
    'user-agent',
    'x-slack-request-timestamp',
    'x-slack-retry-num',
    'x-slack-retry-reason',
    'x-slack-signature',
  ],
  signatureHeaders: ['x-slack-request-timestamp', 'x-slack-signature'],
  retries: { timeoutSeconds: 3, schedule: 'three times: at once, after 1 minute and after 5 minutes' },
  bodyLimit: 1024 * 1024,
  verifier: (read) => slackVerifier(read(signingSecret)),
  tolerance: FIVE_MINUTES,
  challenge: answerSlack,
  envelopeSchema,
  readEnvelope: readSlackEnvelope,
  samples,
  sign({ body }, read, now) {
    const [key] = read(signingSecret);
    return key === undefined ? undefined : signAsSlack(body, key, now);
  },
  event: (type) => ({ provider: 'slack', type }),
};
