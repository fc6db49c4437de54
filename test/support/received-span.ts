import { ProtobufMessage } from './protobuf-message.js';
import { readThriftStruct, type ThriftStruct, type ThriftValue } from './thrift-binary.js';

/** A span as it came over the wire. */
export interface ReceivedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** '' if it begins its trace. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: string;
  /** Microseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly links: readonly { traceId: string; spanId: string }[];
  /** Why it failed, or '' if it did not. */
  readonly failure: string;
}

/** https://github.com/jaegertracing/jaeger-idl/blob/main/thrift/jaeger.thrift: a Batch. */
export function spansOfThrift(bytes: Buffer): ReceivedSpan[] {
  const batch = readThriftStruct(bytes);
  const service = textIn(structIn(batch, 1), 1);
  return listIn(batch, 2).map((span) => {
    const { 'span.kind': kind = 'internal', ...attributes } = tagsOf(listIn(span, 10));
    const start = Number(span.get(8));
    const parentId = hexIn(span, 4);
    return {
      service,
      traceId: hexIn(span, 2) + hexIn(span, 1),
      spanId: hexIn(span, 3),
      parentId: parentId === '0'.repeat(16) ? '' : parentId,
      name: textIn(span, 5),
      kind: String(kind),
      start,
      end: start + Number(span.get(9)),
      attributes,
      links: listIn(span, 6).map((reference) => ({
        traceId: hexIn(reference, 3) + hexIn(reference, 2),
        spanId: hexIn(reference, 4),
      })),
      failure: attributes['error'] === true ? String(attributes['otel.status_description']) : '',
    };
  });
}

function structIn(struct: ThriftStruct, field: number): ThriftStruct {
  const value = struct.get(field);
  if (!(value instanceof Map)) throw new Error(`Field ${field} is no struct`);
  return value as ThriftStruct;
}

function listIn(struct: ThriftStruct, field: number): ThriftStruct[] {
  const list = (struct.get(field) ?? []) as readonly ThriftValue[];
  return list.map((value) => {
    if (!(value instanceof Map)) throw new Error(`Field ${field} is no list of structs`);
    return value as ThriftStruct;
  });
}

function textIn(struct: ThriftStruct, field: number): string {
  const value = struct.get(field);
  if (!Buffer.isBuffer(value)) throw new Error(`Field ${field} is no text`);
  return value.toString();
}

function hexIn(struct: ThriftStruct, field: number): string {
  const value = struct.get(field);
  if (typeof value !== 'bigint') throw new Error(`Field ${field} is no number of 64 bits`);
  return BigInt.asUintN(64, value).toString(16).padStart(16, '0');
}

/** A Tag has its key in field 1, its type in 2, and texts, doubles, booleans and whole numbers in 3 to 6. */
function tagsOf(tags: readonly ThriftStruct[]): Record<string, string | number | boolean> {
  return Object.fromEntries(
    tags.map((tag) => {
      const value = tag.get(3 + Number(tag.get(2)));
      const plain =
        typeof value === 'boolean' ? value : Buffer.isBuffer(value) ? value.toString() : Number(value);
      return [textIn(tag, 1), plain];
    }),
  );
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto: an ExportTraceServiceRequest. */
export function spansOfProtobuf(bytes: Buffer): ReceivedSpan[] {
  return new ProtobufMessage(bytes).messages(1).flatMap((resourceSpans) => {
    const resource = attributesOf(resourceSpans.messages(1)[0]?.messages(1) ?? []);
    const spans = resourceSpans.messages(2).flatMap((scope) => scope.messages(2));
    return spans.map((span) => {
      const status = span.messages(15)[0];
      return {
        service: String(resource['service.name']),
        traceId: span.bytesOf(1).toString('hex'),
        spanId: span.bytesOf(2).toString('hex'),
        parentId: span.bytesOf(4).toString('hex'),
        name: span.text(5),
        kind: KINDS[Number(span.number(6) ?? 0n)] ?? '',
        start: Number((span.number(7) ?? 0n) / 1000n),
        end: Number((span.number(8) ?? 0n) / 1000n),
        attributes: attributesOf(span.messages(9)),
        links: span.messages(13).map((link) => ({
          traceId: link.bytesOf(1).toString('hex'),
          spanId: link.bytesOf(2).toString('hex'),
        })),
        failure: status?.number(3) === 2n ? status.text(2) : '',
      };
    });
  });
}

function attributesOf(pairs: readonly ProtobufMessage[]): Record<string, string | number | boolean> {
  return Object.fromEntries(
    pairs.map((pair): [string, string | number | boolean] => {
      const value = pair.messages(2)[0];
      if (value?.has(2) === true) return [pair.text(1), value.number(2) === 1n];
      if (value?.has(3) === true) return [pair.text(1), Number(BigInt.asIntN(64, value.number(3) ?? 0n))];
      return [pair.text(1), value?.text(1) ?? ''];
    }),
  );
}
