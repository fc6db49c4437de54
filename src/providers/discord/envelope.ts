import type { Challenge, EnvelopeReading } from '../../model/index.js';
import { contentKey } from '../content-key.js';
import { momentFromIsoInUtc } from '../moment.js';
import { keyAt, textAt, valueAt } from '../payload-values.js';

/** `type` of a delivery. */
const PING = 0;

/**
 * Discord asks whether somebody is there when the address is set, and now and then with a wrong signature whether
 * somebody looks. Without a 204 here and a 401 there it takes the address away.
 *
 * @see https://docs.discord.com/developers/events/webhook-events#acknowledging-ping-requests
 */
export function discordChallenge(payload: unknown): Challenge | undefined {
  return valueAt(payload, '/type') === PING ? { status: 204 } : undefined;
}

/**
 * Discord gives its events no id. Their delivery key is derived from everything that they say, which is signed:
 *
 * - not from the headers, for a retry may be signed anew at another time
 * - not from the type, the time and the id of what it is about: an event of a type that is not known yet may have
 *   none, and two of the same microsecond would be taken for one
 * - not from the raw bytes, for nobody promises that a retry is written the same way
 */
export function readDiscordEnvelope(payload: unknown): EnvelopeReading {
  return {
    outcome: 'read',
    envelope: {
      account: textAt(payload, '/application_id'),
      deliveryKey: contentKey(valueAt(payload, '/event')),
      type: textAt(payload, '/event/type'),
      entity: keyAt(payload, '/event/data/id') ?? keyAt(payload, '/event/data/user/id'),
      occurredAt: momentFromIsoInUtc(valueAt(payload, '/event/timestamp')),
    },
  };
}
