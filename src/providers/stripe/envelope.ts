import type { Delivery, EnvelopeReading } from '../../model/index.js';
import { momentFromIso, momentFromSeconds } from '../moment.js';
import { keyAt, textAt, valueAt } from '../payload-values.js';
import { THIN } from './schema.js';

/** Snapshot events (`object: "event"`) carry the object they are about; thin events only point to it. */
export function readStripeEnvelope(payload: unknown): EnvelopeReading {
  const deliveryKey = textAt(payload, '/id');
  const type = textAt(payload, '/type');
  const created = valueAt(payload, '/created');
  const envelope =
    valueAt(payload, '/object') === THIN
      ? { account: '', occurredAt: momentFromIso(created), entity: keyAt(payload, '/related_object/id') }
      : {
          // Connect: ids of events are told apart within the connected account that they happened in.
          account: keyAt(payload, '/account') ?? '',
          occurredAt: momentFromSeconds(created),
          entity: keyAt(payload, '/data/object/id'),
        };
  return { outcome: 'read', envelope: { deliveryKey, type, ...envelope } };
}

/** Test mode and live mode have endpoints of their own, each with its signing secret. */
export function stripeMode({ body }: Delivery): string | undefined {
  // By its text: who asks has a body that nobody has verified, and that may be no JSON.
  const [, livemode] = /"livemode"\s*:\s*(true|false)/.exec(body.toString('latin1')) ?? [];
  if (livemode === undefined) return undefined;
  return livemode === 'true' ? 'live' : 'test';
}
