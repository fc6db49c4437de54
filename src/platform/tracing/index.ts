export { eventAttributes, messageAttributes, requestAttributes } from './attributes.js';
export {
  currentTraceId,
  currentTraceparent,
  describeSpan,
  inSharedSpan,
  inSpan,
  keepSpans,
  outsideSpans,
  showSpan,
} from './in-span.js';
export { NO_SPAN, type Attributes, type Span, type SpanOptions } from './span.js';
export { formatTraceparent, newTraceparent, parseTraceparent, type TraceContext } from './traceparent.js';
export { installTracer, isTracing, tracer, type Tracer } from './tracer.js';
