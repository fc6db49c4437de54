import { counter } from './define.js';
import { typeClass } from './type-class.js';

const warnings = counter(
  'integration_payload_warnings_total',
  'Payloads of accepted events that do not fit the schema that is kept of them',
  ['provider', 'type_class'],
);
const skipped = counter(
  'integration_payload_checks_skipped_total',
  'Payloads that were not looked at: too large, or too many at a time',
);

const drifts = counter(
  'integration_schema_drift_total',
  'Fields of payloads that were always there and are gone, or that are new',
  ['provider', 'type_class', 'change'],
);

export function countSchemaDrift(
  provider: string,
  type: string,
  change: 'gone' | 'new',
  fields: number,
): void {
  drifts.inc({ provider, type_class: typeClass(provider, type), change }, fields);
}

export function countPayloadWarning(provider: string, type: string): void {
  warnings.inc({ provider, type_class: typeClass(provider, type) });
}

export function countSkippedPayload(): void {
  skipped.inc();
}
