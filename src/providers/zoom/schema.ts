import { anyObject, epochMillis, payloadObject, text, textOrNull } from '../envelope-schema.js';

/** @see https://developers.zoom.us/docs/api/webhooks/ */
export const envelopeSchema = payloadObject({
  required: ['event', 'event_ts', 'payload'],
  properties: {
    event: text('^[A-Za-z0-9_.-]{1,150}$', 'an event type such as "meeting.started"'),
    event_ts: epochMillis,
    payload: {
      ...anyObject,
      properties: { account_id: textOrNull('^[A-Za-z0-9_+/=-]{1,255}$', 'the id of an account') },
    },
  },
});
