import type { JsonSchema } from '../../model/index.js';
import { anyObject, epochSeconds, payloadObject, text, textOrNull } from '../envelope-schema.js';

/** `type` of a delivery that tells, without a wrapper and without an id, that events of a minute were held back. */
export const RATE_LIMITED = 'app_rate_limited';

const [ID, AN_ID] = ['^[A-Za-z0-9_-]{1,255}$', 'an id of letters and digits'];

const callback: JsonSchema = {
  required: ['event_id', 'event'],
  properties: {
    event_id: text(ID, AN_ID),
    event: {
      ...anyObject,
      required: ['type'],
      properties: { type: text('^[A-Za-z0-9_.-]{1,100}$', 'an event type such as "app_mention"') },
    },
  },
};

const rateLimit: JsonSchema = {
  required: ['minute_rate_limited', 'api_app_id'],
  properties: { minute_rate_limited: epochSeconds, api_app_id: text(ID, AN_ID) },
};

/** @see https://docs.slack.dev/apis/events-api */
export const envelopeSchema = payloadObject({
  required: ['type'],
  properties: {
    type: { enum: ['event_callback', RATE_LIMITED], description: `"event_callback" or "${RATE_LIMITED}"` },
    team_id: textOrNull(ID, AN_ID),
    enterprise_id: textOrNull(ID, AN_ID),
  },
  if: { required: ['type'], properties: { type: { const: RATE_LIMITED } } },
  then: rateLimit,
  else: callback,
});
