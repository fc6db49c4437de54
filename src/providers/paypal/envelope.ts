import type { EnvelopeReading } from '../../model/index.js';
import { momentFromIso } from '../moment.js';
import { keyAt, textAt, valueAt } from '../payload-values.js';

export function readPaypalEnvelope(payload: unknown): EnvelopeReading {
  return {
    outcome: 'read',
    envelope: {
      account: '',
      deliveryKey: textAt(payload, '/id'),
      type: textAt(payload, '/event_type'),
      entity: keyAt(payload, '/resource/id'),
      occurredAt: momentFromIso(valueAt(payload, '/create_time')),
    },
  };
}
