import type { EventPattern, Provider } from '../../model/index.js';
import { FIVE_MINUTES } from '../schemes/freshness.js';
import { readPaddleEnvelope } from './envelope.js';
import type { PaddleEventType, PaddlePayload } from './event-types.js';
import { samples } from './samples.js';
import { envelopeSchema } from './schema.js';
import { paddleVerifier, signAsPaddle, webhookSecret } from './scheme.js';

export type { PaddleEventType, PaddlePayload } from './event-types.js';

/** Paddle Billing; Paddle Classic signs otherwise. */
export const paddle: Provider & {
  /** Which events a workflow is for, typed by Paddle's SDK. */
  event<Type extends PaddleEventType>(type: Type): EventPattern<PaddlePayload<Type>>;
} = {
  name: 'paddle',
  documentation: 'https://developer.paddle.com/webhooks/respond-to-webhooks',
  settings: [webhookSecret],
  keptHeaders: ['content-type', 'user-agent', 'paddle-signature'],
  signatureHeaders: ['paddle-signature'],
  retries: {
    timeoutSeconds: 5,
    schedule: 'up to 60 times in three days, in the sandbox three times in 15 minutes',
  },
  // Any other status is a failure to Paddle, also of those that mean success.
  replies: { accepted: 200 },
  bodyLimit: 1024 * 1024,
  verifier: (read) => paddleVerifier(read(webhookSecret)),
  tolerance: FIVE_MINUTES,
  envelopeSchema,
  readEnvelope: readPaddleEnvelope,
  samples,
  sign({ body }, read, now) {
    const [key] = read(webhookSecret);
    return key === undefined ? undefined : signAsPaddle(body, key, now);
  },
  event: (type) => ({ provider: 'paddle', type }),
};
