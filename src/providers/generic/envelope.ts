import type { DeliveryHeaders, EnvelopeReading } from '../../model/index.js';
import { readBody, storableKey, type BodyFields } from '../body-fields.js';
import { momentFromIso, momentFromMillis } from '../moment.js';
import type { EventRules, TimeUnit } from './rules.js';
import { placesOf, readSource, type Source } from './source.js';

/** Reads an event by its definition. Only id and type are demanded: nothing else may cost an event. */
export function readGenericEnvelope(
  rules: EventRules,
  payload: unknown,
  headers: DeliveryHeaders,
): EnvelopeReading {
  const read = (source: Source | undefined): string | undefined =>
    source && readSource(source, payload, headers);
  return readBody(payload, (fields) => ({
    deliveryKey: demanded(fields, rules.id, read(rules.id)),
    type: demanded(fields, rules.type, read(rules.type)),
    account: storableKey(read(rules.account)) ?? '',
    entity: storableKey(read(rules.entity)),
    occurredAt: momentOf(read(rules.occurredAt), rules.occurredAtUnit),
  }));
}

function demanded(fields: BodyFields, source: Source, found: string | undefined): string {
  const key = storableKey(found);
  if (key === null) {
    const [path = '', ...others] = placesOf(source);
    const elsewhere = others.length > 0 ? `, or there must be ${others.join(', ')}` : '';
    fields.fault(path, found, `must be a text of up to 255 characters or a whole number${elsewhere}`);
  }
  return key ?? '';
}

function momentOf(text: string | undefined, unit: TimeUnit): Date | null {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return momentFromIso(text);
  return momentFromMillis(Number(text) * (unit === 's' ? 1000 : 1));
}
