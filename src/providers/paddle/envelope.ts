import type { EnvelopeReading } from '../../model/index.js';
import { momentFromIso } from '../moment.js';
import { keyAt, textAt, valueAt } from '../payload-values.js';

/**
 * The `event_id` is the same for every destination and every attempt; the `notification_id` beside it is one for
 * each destination.
 */
export function readPaddleEnvelope(payload: unknown): EnvelopeReading {
  return {
    outcome: 'read',
    envelope: {
      account: '',
      deliveryKey: textAt(payload, '/event_id'),
      type: textAt(payload, '/event_type'),
      entity: keyAt(payload, '/data/id'),
      occurredAt: momentFromIso(valueAt(payload, '/occurred_at')),
    },
  };
}
