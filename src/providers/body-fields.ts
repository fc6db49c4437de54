import {
  singleHeader,
  type DeliveryHeaders,
  type Envelope,
  type EnvelopeFault,
  type EnvelopeReading,
} from '../model/index.js';

/** Characters. Ids, types and entity keys are columns with indexes. */
const KEY_LIMIT = 255;

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
  const fields = fieldsOf(payload);
  if (fields === undefined) {
    return { outcome: 'invalid', faults: [{ path: '', message: 'must be a JSON object' }] };
  }
  const envelope = read(fields);
  return fields.faults.length === 0
    ? { outcome: 'read', envelope }
    : { outcome: 'invalid', faults: fields.faults };
}

/** The fields of a body that is a JSON object; `undefined` of any other. */
export function fieldsOf(payload: unknown): BodyFields | undefined {
  return isRecord(payload) ? new BodyFields(payload) : undefined;
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
    let value: unknown = this.#body;
    for (const name of pointer.split('/').slice(1)) {
      if (!isRecord(value) || !Object.hasOwn(value, name)) return undefined;
      value = value[name];
    }
    return value;
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

  /** As `text`, of a header that must be sent once. A fault has the header's name as its path. */
  header(headers: DeliveryHeaders, name: string, shape: Shape): string {
    const value = singleHeader(headers, name.toLowerCase());
    if (value !== undefined && shape.pattern.test(value)) return value;
    this.fault(name, value, shape.message);
    return '';
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
    return storableKey(this.at(pointer));
  }

  /** Notes a fault. The value itself stays out of the message: the reply goes to whoever sent it. */
  fault(path: string, value: unknown, message: string): void {
    this.faults.push({ path, message: value === undefined ? `is missing: ${message}` : message });
  }
}

/** Bounded, and free of what PostgreSQL refuses (NUL) or two of its rows could share (a lone surrogate). */
export function storableKey(value: unknown): string | null {
  if (typeof value !== 'string' || value === '' || value.length > KEY_LIMIT) return null;
  return /[\p{Cc}\p{Cs}]/u.test(value) ? null : value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
