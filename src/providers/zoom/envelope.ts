import { createHash } from 'node:crypto';
import type { EnvelopeReading } from '../../model/index.js';
import { momentFromMillis } from '../moment.js';
import { keyAt, storableKey, textAt, valueAt } from '../payload-values.js';

/**
 * Zoom gives its events no id. What makes deliveries one event is the event, its time and its `payload`: the time is
 * that of the event, the same in every attempt. Event, time and the meeting's uuid would not do, for two
 * participants can join the same meeting in the same millisecond. Nor would the whole body: the `download_token`
 * beside the payload is made for the delivery.
 */
export function readZoomEnvelope(payload: unknown): EnvelopeReading {
  const type = textAt(payload, '/event');
  const occurredAt = momentFromMillis(valueAt(payload, '/event_ts'));
  return {
    outcome: 'read',
    envelope: {
      account: keyAt(payload, '/payload/account_id') ?? '',
      deliveryKey: `${type}:${occurredAt?.getTime() ?? ''}:${fingerprint(valueAt(payload, '/payload'))}`,
      type,
      entity: entityOf(payload),
      occurredAt,
    },
  };
}

/** JSON of a parsed body has one form only, so equal payloads have equal fingerprints. */
function fingerprint(payload: unknown): string {
  return createHash('sha256').update(JSON.stringify(payload)).digest('hex').slice(0, 32);
}

/** The meeting that took place (its number comes again each week, its uuid does not), or the user, message or call. */
function entityOf(payload: unknown): string | null {
  const uuid = keyAt(payload, '/payload/object/uuid');
  if (uuid !== null) return uuid;
  const id = valueAt(payload, '/payload/object/id');
  return storableKey(Number.isSafeInteger(id) ? String(id) : id);
}
