import type { EnvelopeReading } from '../../model/index.js';
import { contentKey } from '../content-key.js';
import { momentFromSeconds } from '../moment.js';
import { keyAt, textAt, valueAt } from '../payload-values.js';

/** Base64 of up to 100 characters, in either alphabet. */
const ID = /^[A-Za-z0-9+/=_.-]{1,255}$/;

/**
 * Reads one event of a batch.
 *
 * SendGrid speaks of events "where sg_event_id is present", so there may be some without. The delivery key of one
 * without an id that can be kept is derived from everything that it says.
 *
 * An event is about a message to one recipient; those about the account, such as `account_status_change`, are about
 * none.
 *
 * @see https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/troubleshooting
 */
export function readSendgridEnvelope(payload: unknown): EnvelopeReading {
  const id = keyAt(payload, '/sg_event_id');
  return {
    outcome: 'read',
    envelope: {
      account: '',
      deliveryKey: id !== null && ID.test(id) ? id : contentKey(payload),
      type: textAt(payload, '/event'),
      entity: keyAt(payload, '/sg_message_id') ?? keyAt(payload, '/email'),
      occurredAt: momentFromSeconds(valueAt(payload, '/timestamp')),
    },
  };
}
