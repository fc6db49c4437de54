import { TraceFlags, type Link, type SpanContext } from '@opentelemetry/api';
import { parseTraceparent, type TraceContext } from '../tracing/index.js';

export function toSpanContext({ traceId, spanId, sampled }: TraceContext): SpanContext {
  return { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true };
}

/** A link, or none if the text is no traceparent. */
export function linkTo(traceparent: string): Link[] {
  const parsed = parseTraceparent(traceparent);
  return parsed === undefined ? [] : [{ context: toSpanContext(parsed) }];
}
