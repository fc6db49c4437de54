import type { DeliveryHeaders, EnvelopeReading } from '../../model/index.js';
import { readBody, type BodyFields, type Shape } from '../body-fields.js';
import { momentFromIso } from '../moment.js';
import { idHeader, type StandardWebhooksScheme } from './standard-webhooks.js';

/** The body that the specification recommends. Senders that have another one name their own type. */
export interface StandardWebhooksMessage {
  readonly type: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The same in every attempt to deliver a message. */
export const MESSAGE_ID: Shape = {
  pattern: /^[\x21-\x7e]{1,255}$/,
  message: 'must be sent once, with the id of the message',
};

/** The type of a message whose body tells none: it is no less signed for that. */
export const UNTYPED = 'untyped';

const TYPE = /^[A-Za-z0-9_.:/-]{1,255}$/;

/**
 * The specification binds the headers and only recommends a body, so the type and the time are taken from where
 * senders leave them, and a body without them is an event all the same.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#payload-structure
 */
export function readStandardMessage(
  payload: unknown,
  headers: DeliveryHeaders,
  scheme: StandardWebhooksScheme,
): EnvelopeReading {
  return readBody(payload, (fields) => ({
    account: '',
    deliveryKey: readMessageId(fields, headers, scheme),
    type: typeOf(fields),
    entity: fields.key('/data/id') ?? fields.key('/data/object/id'),
    occurredAt: momentFromIso(fields.at('/timestamp')) ?? momentFromIso(fields.at('/created_at')),
  }));
}

/** The delivery key: the id out of those headers that were verified. */
export function readMessageId(
  fields: BodyFields,
  headers: DeliveryHeaders,
  scheme: StandardWebhooksScheme,
): string {
  const name = idHeader(headers, scheme).replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
  return fields.header(headers, name, MESSAGE_ID);
}

function typeOf(fields: BodyFields): string {
  const places = ['/type', '/event_type', '/eventType', '/event'];
  const found = places.map((place) => fields.at(place)).find(isType);
  return found ?? UNTYPED;
}

function isType(value: unknown): value is string {
  return typeof value === 'string' && TYPE.test(value);
}
