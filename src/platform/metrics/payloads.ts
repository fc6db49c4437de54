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

export function countPayloadWarning(provider: string, type: string): void {
  warnings.inc({ provider, type_class: typeClass(provider, type) });
}

export function countSkippedPayload(): void {
  skipped.inc();
}
