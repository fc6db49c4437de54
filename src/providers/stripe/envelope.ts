import type { Delivery, Envelope, EnvelopeReading } from '../../model/index.js';
import { readBody, type BodyFields, type Shape } from '../body-fields.js';
import { momentFromIso, momentFromSeconds } from '../moment.js';

const ID: Shape = {
  pattern: /^evt_[A-Za-z0-9_-]{1,251}$/,
  message: 'must be an event id that starts with "evt_"',
};

/** With brackets: `v2.core.account[requirements].updated`. */
const TYPE: Shape = {
  pattern: /^[A-Za-z0-9_.[\]-]{1,255}$/,
  message: 'must be an event type such as "charge.refunded"',
};

const ACCOUNT: Shape = {
  pattern: /^acct_[A-Za-z0-9_-]{1,250}$/,
  message: 'must be an account id that starts with "acct_"',
};

/**
 * Snapshot events (`object: "event"`) carry the object they are about; thin events
 * (`object: "v2.core.event"`) only point to it.
 *
 * @see https://docs.stripe.com/api/events/object
 * @see https://docs.stripe.com/api/v2/core/events/object
 */
export function readStripeEnvelope(payload: unknown): EnvelopeReading {
  return readBody(payload, (fields) =>
    fields.at('/object') === 'v2.core.event' ? readThin(fields) : readSnapshot(fields),
  );
}

function readSnapshot(fields: BodyFields): Envelope {
  const kind = fields.at('/object');
  if (kind !== 'event') fields.fault('/object', kind, 'must be "event" or "v2.core.event"');
  const envelope = {
    deliveryKey: fields.text('/id', ID),
    type: fields.text('/type', TYPE),
    // Connect: ids of events are told apart within the connected account that they happened in.
    account: fields.optionalText('/account', ACCOUNT),
    occurredAt: fields.moment('/created', momentFromSeconds, 'must be whole seconds since the epoch'),
    entity: fields.key('/data/object/id'),
  };
  fields.object('/data/object');
  return envelope;
}

function readThin(fields: BodyFields): Envelope {
  return {
    deliveryKey: fields.text('/id', ID),
    type: fields.text('/type', TYPE),
    account: '',
    occurredAt: fields.moment('/created', momentFromIso, 'must be an ISO 8601 time with a zone'),
    entity: fields.key('/related_object/id'),
  };
}

/** Test mode and live mode have endpoints of their own, each with its signing secret. */
export function stripeMode({ body }: Delivery): string | undefined {
  // By its text: who asks has a body that nobody has verified, and that may be no JSON.
  const [, livemode] = /"livemode"\s*:\s*(true|false)/.exec(body.toString('latin1')) ?? [];
  if (livemode === undefined) return undefined;
  return livemode === 'true' ? 'live' : 'test';
}
