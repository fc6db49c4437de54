import { anyObject, isoMoment, payloadObject, text, textOrNull } from '../envelope-schema.js';

/** @see https://developer.paypal.com/docs/api/webhooks/v1/#definition-event */
export const envelopeSchema = payloadObject({
  required: ['id', 'event_type', 'create_time', 'resource'],
  properties: {
    id: text('^[A-Za-z0-9_-]{1,255}$', 'an event id such as "WH-58D329510W468432D-8HN650336L201105X"'),
    event_type: text('^[A-Za-z0-9_.-]{1,255}$', 'an event type such as "PAYMENT.CAPTURE.COMPLETED"'),
    create_time: isoMoment,
    resource_type: textOrNull('^[A-Za-z0-9_.-]{1,255}$', 'a resource type such as "capture"'),
    resource: anyObject,
  },
});
