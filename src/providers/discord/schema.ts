import { anyObject, isoMomentInUtc, payloadObject, text } from '../envelope-schema.js';

/** `type` of a delivery that tells of an event. One of 2 and more is an interaction, which wants an answer of its own. */
const EVENT = 1;

/** @see https://docs.discord.com/developers/events/webhook-events#payload-structure */
export const envelopeSchema = payloadObject({
  required: ['type', 'application_id', 'event'],
  properties: {
    type: { const: EVENT, description: `${EVENT}, a webhook event` },
    application_id: text('^\\d{1,20}$', 'the id of an application, such as "1234560123453231555"'),
    event: {
      ...anyObject,
      required: ['type', 'timestamp'],
      properties: {
        type: text('^[A-Za-z0-9_.-]{1,255}$', 'an event type such as "ENTITLEMENT_CREATE"'),
        // Discord leaves the zone out, which is UTC: `2024-10-18T14:42:53.064834`.
        timestamp: isoMomentInUtc,
      },
    },
  },
});
