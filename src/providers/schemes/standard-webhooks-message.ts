import type { DeliveryHeaders, EnvelopeReading } from '../../model/index.js';
import { readHeaderTexts, type HeaderTexts } from '../header-texts.js';
import { momentFromIso } from '../moment.js';
import { keyAt, valueAt } from '../payload-values.js';
import { idHeader, type StandardWebhooksScheme } from './standard-webhooks.js';

/** The body that the specification recommends. Senders that have another one name their own type. */
export interface StandardWebhooksMessage {
  readonly type: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

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
  const reading = readMessageId(headers, scheme);
  if (reading.outcome === 'invalid') return reading;
  return {
    outcome: 'read',
    envelope: {
      account: '',
      deliveryKey: reading.texts.id,
      type: typeOf(payload),
      entity: keyAt(payload, '/data/id') ?? keyAt(payload, '/data/object/id'),
      occurredAt:
        momentFromIso(valueAt(payload, '/timestamp')) ?? momentFromIso(valueAt(payload, '/created_at')),
    },
  };
}

/** The delivery key, the same in every attempt: the id out of those headers that were verified. */
export function readMessageId(headers: DeliveryHeaders, scheme: StandardWebhooksScheme): HeaderTexts<'id'> {
  const name = idHeader(headers, scheme).replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
  return readHeaderTexts(headers, {
    id: { name, pattern: /^[\x21-\x7e]{1,255}$/, content: 'the id of the message' },
  });
}

function typeOf(payload: unknown): string {
  const places = ['/type', '/event_type', '/eventType', '/event'];
  const found = places.map((place) => valueAt(payload, place)).find(isType);
  return found ?? UNTYPED;
}

function isType(value: unknown): value is string {
  return typeof value === 'string' && TYPE.test(value);
}
