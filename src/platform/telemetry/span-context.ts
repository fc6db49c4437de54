import { TraceFlags, type Link, type SpanContext } from '@opentelemetry/api';
import { parseTraceparent } from '../tracing/index.js';

/** @returns undefined if the text is no traceparent */
export function toSpanContext(traceparent: string): SpanContext | undefined {
  const parsed = parseTraceparent(traceparent);
  if (parsed === undefined) return undefined;
  const { traceId, spanId, sampled } = parsed;
  return { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true };
}

/** A link, or none if the text is no traceparent. */
export function linkTo(traceparent: string): Link[] {
  const context = toSpanContext(traceparent);
  return context === undefined ? [] : [{ context }];
}
