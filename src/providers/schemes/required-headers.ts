import type { DeliveryHeaders } from '../../model/index.js';
import { refused, type Refused } from './verdict.js';

export type RequiredHeaders<Name extends string> =
  { outcome: 'read'; values: Readonly<Record<Name, string>> } | Refused;

/**
 * The headers that a signature needs, each sent exactly once and not empty. A doubled header is refused
 * whatever it says: a proxy in front of us might have judged the other one.
 */
export function requiredHeaders<const Name extends string>(
  headers: DeliveryHeaders,
  names: readonly Name[],
): RequiredHeaders<Name> {
  const values: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const [value = '', ...others] = headers[name] ?? [];
    if (others.length > 0) return refused('signature_doubled');
    if (value === '') return refused('signature_missing');
    values[name] = value;
  }
  return { outcome: 'read', values: values as Record<Name, string> };
}
