import type { EnvelopeReading } from '../../model/index.js';
import { readBody, type Shape } from '../body-fields.js';
import { momentFromIso } from '../moment.js';

const ID: Shape = {
  pattern: /^[A-Za-z0-9_-]{1,255}$/,
  message: 'must be an event id such as "WH-58D329510W468432D-8HN650336L201105X"',
};

const TYPE: Shape = {
  pattern: /^[A-Za-z0-9_.-]{1,255}$/,
  message: 'must be an event type such as "PAYMENT.CAPTURE.COMPLETED"',
};

const RESOURCE_TYPE: Shape = {
  pattern: /^[A-Za-z0-9_.-]{1,255}$/,
  message: 'must be a resource type such as "capture"',
};

/** @see https://developer.paypal.com/docs/api/webhooks/v1/#definition-event */
export function readPaypalEnvelope(payload: unknown): EnvelopeReading {
  return readBody(payload, (fields) => {
    fields.optionalText('/resource_type', RESOURCE_TYPE);
    fields.object('/resource');
    return {
      account: '',
      deliveryKey: fields.text('/id', ID),
      type: fields.text('/event_type', TYPE),
      entity: fields.key('/resource/id'),
      occurredAt: fields.moment('/create_time', momentFromIso, 'must be an ISO 8601 time with a zone'),
    };
  });
}
