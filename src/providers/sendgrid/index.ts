import type { EventPattern, Provider } from '../../model/index.js';
import { readSendgridEnvelope } from './envelope.js';
import type { SendgridEventType, SendgridPayload } from './event-types.js';
import { samples } from './samples.js';
import { envelopeSchema } from './schema.js';
import { publicKey, sendgridStandIn, sendgridVerifier, SIGNATURE_HEADERS, TOLERANCE } from './scheme.js';

export type { SendgridEventType, SendgridPayload } from './event-types.js';

/** SendGrid's event webhook: what becomes of the messages that were sent. */
export const sendgrid: Provider & {
  /** Which events a workflow is for. */
  event<Type extends SendgridEventType>(type: Type): EventPattern<SendgridPayload<Type>>;
} = {
  name: 'sendgrid',
  documentation: 'https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event',
  settings: [publicKey],
  keptHeaders: ['content-type', 'user-agent', ...SIGNATURE_HEADERS],
  signatureHeaders: SIGNATURE_HEADERS,
  retries: { timeoutSeconds: null, schedule: 'for 24 hours after the event, ever more rarely' },
  // It sends a batch once it has 768 KB; this leaves room for the last event of one.
  bodyLimit: 2 * 1024 * 1024,
  verifier: (read) => sendgridVerifier(read(publicKey)),
  tolerance: TOLERANCE,
  batched: true,
  envelopeSchema,
  readEnvelope: readSendgridEnvelope,
  samples,
  sign: () => undefined,
  standIn: sendgridStandIn,
  event: (type) => ({ provider: 'sendgrid', type }),
};
