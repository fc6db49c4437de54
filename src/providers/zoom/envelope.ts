import { createHash } from 'node:crypto';
import type { EnvelopeReading } from '../../model/index.js';
import { readBody, storableKey, type BodyFields, type Shape } from '../body-fields.js';
import { momentFromMillis } from '../moment.js';

const TYPE: Shape = {
  pattern: /^[A-Za-z0-9_.-]{1,150}$/,
  message: 'must be an event type such as "meeting.started"',
};

const ACCOUNT: Shape = {
  pattern: /^[A-Za-z0-9_+/=-]{1,255}$/,
  message: 'must be the id of an account',
};

/**
 * Zoom gives its events no id. What makes deliveries one event is the event, its time and its `payload`: the time is
 * that of the event, the same in every attempt. Event, time and the meeting's uuid would not do, for two
 * participants can join the same meeting in the same millisecond. Nor would the whole body: the `download_token`
 * beside the payload is made for the delivery.
 *
 * @see https://developers.zoom.us/docs/api/webhooks/
 */
export function readZoomEnvelope(payload: unknown): EnvelopeReading {
  return readBody(payload, (fields) => {
    const type = fields.text('/event', TYPE);
    const occurredAt = fields.moment(
      '/event_ts',
      momentFromMillis,
      'must be whole milliseconds since the epoch',
    );
    fields.object('/payload');
    return {
      account: fields.optionalText('/payload/account_id', ACCOUNT),
      deliveryKey: `${type}:${occurredAt?.getTime() ?? ''}:${fingerprint(fields.at('/payload'))}`,
      type,
      entity: entityOf(fields),
      occurredAt,
    };
  });
}

/** JSON of a parsed body has one form only, so equal payloads have equal fingerprints. */
function fingerprint(payload: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(payload ?? null))
    .digest('hex')
    .slice(0, 32);
}

/** The meeting that took place (its number comes again each week, its uuid does not), or the user, message or call. */
function entityOf(fields: BodyFields): string | null {
  const uuid = fields.key('/payload/object/uuid');
  if (uuid !== null) return uuid;
  const id = fields.at('/payload/object/id');
  return storableKey(Number.isSafeInteger(id) ? String(id) : id);
}
