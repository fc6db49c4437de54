import { NO_SPAN, type Attributes, type Span, type SpanOptions } from './span.js';
import { tracer } from './tracer.js';

/**
 * Shows `work` as a span, up to its end. What it throws is named by the type of the error alone: a message may hold
 * what nobody is to see.
 */
export function inSpan<Result>(name: string, options: SpanOptions, work: (span: Span) => Result): Result {
  const span = tracer().open(name, options);
  if (span === NO_SPAN) return work(span);
  const failed = (error: unknown): void => {
    span.fail(errorType(error));
    span.end();
  };
  try {
    const result = span.run(() => work(span));
    if (result instanceof Promise) result.then(() => span.end(), failed);
    else span.end();
    return result;
  } catch (error) {
    failed(error);
    throw error;
  }
}

/**
 * Shows `work` that serves several at once, such as one commit for many: as a span that is part of none of their traces,
 * and linked with each of those that are seen.
 *
 * @param served the spans in which they wait for it
 */
export function inSharedSpan<Result>(
  name: string,
  served: readonly Span[],
  attributes: Attributes,
  work: () => Result,
): Result {
  const links = served.flatMap((span) => (span.isSampled ? [span.traceparent] : []));
  return inSpan(name, { parent: null, sampled: links.length > 0, links, attributes }, (shared) => {
    for (const span of served) span.link(shared.traceparent);
    return work();
  });
}

/** Shows as a span what has just come to its end. */
export function showSpan(name: string, options: SpanOptions): void {
  tracer().open(name, options).end();
}

/** Says something of the span that this code runs in. */
export function describeSpan(attributes: Attributes): void {
  tracer().active().describe(attributes);
}

/** What waits to be kept, and this code runs in, is worth it. */
export function keepSpans(): void {
  tracer().keep();
}

/** What `work` begins is there for others, too: it must not be taken for a part of what goes on around it. */
export function outsideSpans<Result>(work: () => Result): Result {
  return tracer().outside(work);
}

/** The W3C trace context of the span that this code runs in; undefined if there is none. */
export function currentTraceparent(): string | undefined {
  const { traceparent } = tracer().active();
  return traceparent === '' ? undefined : traceparent;
}

/** The trace that this code runs in, 32 hexadecimal digits; undefined if there is none that somebody could look at. */
export function currentTraceId(): string | undefined {
  return tracer().goesOut() ? currentTraceparent()?.slice(3, 35) : undefined;
}

/** A code, if the error has one, else its class: of few values, and never of what stands in the message. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^\w{1,60}$/.test(code) ? code : error.name;
}
