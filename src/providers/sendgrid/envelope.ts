import type { Envelope, EnvelopeReading } from '../../model/index.js';
import { readBody, type Shape } from '../body-fields.js';
import { contentKey } from '../content-key.js';
import { momentFromSeconds } from '../moment.js';

/** Base64 of up to 100 characters, in either alphabet. */
const ID = /^[A-Za-z0-9+/=_.-]{1,255}$/;

const TYPE: Shape = {
  pattern: /^[A-Za-z0-9_.-]{1,255}$/,
  message: 'must be an event type such as "delivered"',
};

/**
 * Reads one event of a batch.
 *
 * SendGrid speaks of events "where sg_event_id is present", so there may be some without. The delivery key of one
 * without an id that can be kept is derived from everything that it says: a faulty event would cost its whole batch.
 *
 * An event is about a message to one recipient; those about the account, such as `account_status_change`, are about
 * none.
 *
 * @see https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
 * @see https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/troubleshooting
 */
export function readSendgridEnvelope(payload: unknown): EnvelopeReading {
  return readBody(payload, (fields): Envelope => {
    const id = fields.key('/sg_event_id');
    return {
      account: '',
      deliveryKey: id !== null && ID.test(id) ? id : contentKey(payload),
      type: fields.text('/event', TYPE),
      entity: fields.key('/sg_message_id') ?? fields.key('/email'),
      occurredAt: fields.moment('/timestamp', momentFromSeconds, 'must be whole seconds since the epoch'),
    };
  });
}
