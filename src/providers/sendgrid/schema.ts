import { epochSeconds, payloadObject, text } from '../envelope-schema.js';

/**
 * Of one event of a batch. Its id is not among what is demanded: a faulty event would cost the whole batch.
 *
 * @see https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
 */
export const envelopeSchema = payloadObject({
  required: ['event', 'timestamp'],
  properties: {
    event: text('^[A-Za-z0-9_.-]{1,255}$', 'an event type such as "delivered"'),
    timestamp: epochSeconds,
  },
});
