import type { EnvelopeReading } from '../../model/index.js';
import { readBody, type Shape } from '../body-fields.js';
import { momentFromIso } from '../moment.js';

const ID: Shape = {
  pattern: /^[A-Za-z0-9_-]{1,255}$/,
  message: 'must be an event id such as "evt_01hv8wptq8987qeep44cyrewp9"',
};

const TYPE: Shape = {
  pattern: /^[A-Za-z0-9_.-]{1,255}$/,
  message: 'must be an event type such as "transaction.completed"',
};

/**
 * The `event_id` is the same for every destination and every attempt; the `notification_id` beside it is one for
 * each destination.
 *
 * @see https://developer.paddle.com/webhooks/about/how-webhooks-work
 */
export function readPaddleEnvelope(payload: unknown): EnvelopeReading {
  return readBody(payload, (fields) => {
    fields.object('/data');
    return {
      account: '',
      deliveryKey: fields.text('/event_id', ID),
      type: fields.text('/event_type', TYPE),
      entity: fields.key('/data/id'),
      occurredAt: fields.moment('/occurred_at', momentFromIso, 'must be an ISO 8601 time with a zone'),
    };
  });
}
