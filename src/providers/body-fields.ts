import type { Envelope, EnvelopeFault, EnvelopeReading } from '../model/index.js';
import { isRecord, keyAt, valueAt } from './payload-values.js';

export { storableKey } from './payload-values.js';

/** What a text must look like, and the sentence that says so. Patterns bound the length as well. */
export interface Shape {
  readonly pattern: RegExp;
  readonly message: string;
}

/**
 * Reads a verified body field by field. `read` may use whatever a faulty field returns: its envelope counts
 * only if there was no fault, so that a reply can name all faults at once.
 */
export function readBody(payload: unknown, read: (fields: BodyFields) => Envelope): EnvelopeReading {
  if (!isRecord(payload)) {
    return { outcome: 'invalid', faults: [{ path: '', message: 'must be a JSON object' }] };
  }
  const fields = new BodyFields(payload);
  const envelope = read(fields);
  return fields.faults.length === 0
    ? { outcome: 'read', envelope }
    : { outcome: 'invalid', faults: fields.faults };
}

/** Fields of a body, named by JSON pointer (RFC 6901, without escapes: no field we read needs any). */
export class BodyFields {
  readonly faults: EnvelopeFault[] = [];
  readonly #body: Record<string, unknown>;

  constructor(body: Record<string, unknown>) {
    this.#body = body;
  }

  /** The value at a pointer, or `undefined`. Only own properties count: `__proto__` is a field like any other. */
  at(pointer: string): unknown {
    return valueAt(this.#body, pointer);
  }

  /** A text of the given shape; anything else is a fault. */
  text(pointer: string, shape: Shape): string {
    const value = this.at(pointer);
    if (typeof value === 'string' && shape.pattern.test(value)) return value;
    this.fault(pointer, value, shape.message);
    return '';
  }

  /** As `text`, but the field may be absent or null. */
  optionalText(pointer: string, shape: Shape): string {
    return (this.at(pointer) ?? null) === null ? '' : this.text(pointer, shape);
  }

  object(pointer: string): void {
    const value = this.at(pointer);
    if (!isRecord(value)) this.fault(pointer, value, 'must be an object');
  }

  /** A moment in the provider's notation; anything else is a fault. */
  moment(pointer: string, parse: (value: unknown) => Date | null, message: string): Date | null {
    const value = this.at(pointer);
    const moment = parse(value);
    if (moment === null) this.fault(pointer, value, message);
    return moment;
  }

  /** The text at a pointer if it can be a key of ours, otherwise null: never a fault. */
  key(pointer: string): string | null {
    return keyAt(this.#body, pointer);
  }

  /** Notes a fault. The value itself stays out of the message: the reply goes to whoever sent it. */
  fault(path: string, value: unknown, message: string): void {
    this.faults.push({ path, message: value === undefined ? `is missing: ${message}` : message });
  }
}
