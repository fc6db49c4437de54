import type { DeliveryHeaders, EnvelopeFault, EnvelopeReading } from '../../model/index.js';
import { momentFromIso, momentFromMillis } from '../moment.js';
import { storableKey } from '../payload-values.js';
import type { EventRules, TimeUnit } from './rules.js';
import { placesOf, readSource, type Source } from './source.js';

/**
 * Reads an event by its definition. Only id and type are demanded: nothing else may cost an event. No schema can demand
 * them, for there may be alternatives, in headers too.
 */
export function readGenericEnvelope(
  rules: EventRules,
  payload: unknown,
  headers: DeliveryHeaders,
): EnvelopeReading {
  const read = (source: Source | undefined): string | undefined =>
    source && readSource(source, payload, headers);
  const [id, type] = [read(rules.id), read(rules.type)];
  const faults = [...faultsOf(rules.id, id), ...faultsOf(rules.type, type)];
  if (faults.length > 0) return { outcome: 'invalid', faults };
  return {
    outcome: 'read',
    envelope: {
      deliveryKey: id ?? '',
      type: type ?? '',
      account: storableKey(read(rules.account)) ?? '',
      entity: storableKey(read(rules.entity)),
      occurredAt: momentOf(read(rules.occurredAt), rules.occurredAtUnit),
    },
  };
}

function faultsOf(source: Source, found: string | undefined): EnvelopeFault[] {
  if (storableKey(found) !== null) return [];
  const [path = '', ...others] = placesOf(source);
  const elsewhere = others.length > 0 ? `, or there must be ${others.join(', ')}` : '';
  const message = `must be a text of up to 255 characters or a whole number${elsewhere}`;
  return [{ path, message: found === undefined ? `is missing: ${message}` : message }];
}

function momentOf(text: string | undefined, unit: TimeUnit): Date | null {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return momentFromIso(text);
  return momentFromMillis(Number(text) * (unit === 's' ? 1000 : 1));
}
