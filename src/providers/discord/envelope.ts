import type { Challenge, Envelope, EnvelopeReading } from '../../model/index.js';
import { readBody, type Shape } from '../body-fields.js';
import { contentKey } from '../content-key.js';
import { momentFromIso } from '../moment.js';

/** `type` of a delivery. */
const [PING, EVENT] = [0, 1];

const APPLICATION: Shape = {
  pattern: /^\d{1,20}$/,
  message: 'must be the id of an application, such as "1234560123453231555"',
};

const TYPE: Shape = {
  pattern: /^[A-Za-z0-9_.-]{1,255}$/,
  message: 'must be an event type such as "ENTITLEMENT_CREATE"',
};

/**
 * Discord asks whether somebody is there when the address is set, and now and then with a wrong signature whether
 * somebody looks. Without a 204 here and a 401 there it takes the address away.
 *
 * @see https://docs.discord.com/developers/events/webhook-events#acknowledging-ping-requests
 */
export function discordChallenge(payload: unknown): Challenge | undefined {
  const isPing =
    typeof payload === 'object' && payload !== null && 'type' in payload && payload.type === PING;
  return isPing ? { status: 204 } : undefined;
}

/**
 * Discord gives its events no id. Their delivery key is derived from everything that they say, which is signed:
 *
 * - not from the headers, for a retry may be signed anew at another time
 * - not from the type, the time and the id of what it is about: an event of a type that is not known yet may have
 *   none, and two of the same microsecond would be taken for one
 * - not from the raw bytes, for nobody promises that a retry is written the same way
 *
 * @see https://docs.discord.com/developers/events/webhook-events#payload-structure
 */
export function readDiscordEnvelope(payload: unknown): EnvelopeReading {
  return readBody(payload, (fields): Envelope => {
    const type = fields.at('/type');
    // A type of 2 and more is an interaction, which wants an answer of its own kind.
    if (type !== EVENT) fields.fault('/type', type, 'must be 1, a webhook event');
    fields.object('/event');
    return {
      account: fields.text('/application_id', APPLICATION),
      deliveryKey: contentKey(fields.at('/event')),
      type: fields.text('/event/type', TYPE),
      entity: fields.key('/event/data/id') ?? fields.key('/event/data/user/id'),
      occurredAt: fields.moment('/event/timestamp', momentInUtc, 'must be an ISO 8601 time'),
    };
  });
}

/** Discord leaves the zone of an event's time out, which is UTC: `2024-10-18T14:42:53.064834`. */
function momentInUtc(value: unknown): Date | null {
  return momentFromIso(value) ?? (typeof value === 'string' ? momentFromIso(`${value}Z`) : null);
}
