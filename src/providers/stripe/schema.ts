import type { JsonSchema } from '../../model/index.js';
import { anyObject, epochSeconds, isoMoment, payloadObject, text, textOrNull } from '../envelope-schema.js';

/** The value of `object` in events that only point to what they are about. */
export const THIN = 'v2.core.event';

/** @see https://docs.stripe.com/api/events/object */
const snapshot: JsonSchema = {
  required: ['created', 'data'],
  properties: {
    account: textOrNull('^acct_[A-Za-z0-9_-]{1,250}$', 'an account id that starts with "acct_"'),
    created: epochSeconds,
    data: { ...anyObject, required: ['object'], properties: { object: anyObject } },
  },
};

/** @see https://docs.stripe.com/api/v2/core/events/object */
const thin: JsonSchema = { required: ['created'], properties: { created: isoMoment } };

export const envelopeSchema = payloadObject({
  required: ['id', 'object', 'type'],
  properties: {
    id: text('^evt_[A-Za-z0-9_-]{1,251}$', 'an event id that starts with "evt_"'),
    object: { enum: ['event', THIN], description: `"event" or "${THIN}"` },
    // With brackets: `v2.core.account[requirements].updated`.
    type: text('^[A-Za-z0-9_.[\\]-]{1,255}$', 'an event type such as "charge.refunded"'),
  },
  if: { required: ['object'], properties: { object: { const: THIN } } },
  then: thin,
  else: snapshot,
});
