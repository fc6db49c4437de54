import { anyObject, isoMoment, payloadObject, text } from '../envelope-schema.js';

/** @see https://developer.paddle.com/webhooks/about/how-webhooks-work */
export const envelopeSchema = payloadObject({
  required: ['event_id', 'event_type', 'occurred_at', 'data'],
  properties: {
    event_id: text('^[A-Za-z0-9_-]{1,255}$', 'an event id such as "evt_01hv8wptq8987qeep44cyrewp9"'),
    event_type: text('^[A-Za-z0-9_.-]{1,255}$', 'an event type such as "transaction.completed"'),
    occurred_at: isoMoment,
    data: anyObject,
  },
});
