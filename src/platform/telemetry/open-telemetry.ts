import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  TraceFlags,
  type Context,
  type Tracer as SdkTracer,
} from '@opentelemetry/api';
import { parseTraceparent, NO_SPAN, type Span, type SpanOptions } from '../tracing/index.js';
import type { GivenIds } from './given-ids.js';
import { OpenTelemetrySpan } from './open-telemetry-span.js';
import { ProvisionalSpans } from './provisional-spans.js';
import { linkTo, toSpanContext } from './span-context.js';
import { decideSampling } from './trace-sampler.js';

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** Makes our spans with OpenTelemetry. */
export class OpenTelemetry {
  /** @param ids those of the provider that the tracer is of */
  constructor(
    private readonly tracer: SdkTracer,
    private readonly ids: GivenIds,
  ) {}

  open(name: string, options: SpanOptions): Span {
    const { kind, attributes, links = [], startedAt, sampled, identity } = options;
    const parent = parentOf(options);
    const provisional = waitingSpans(parent, options);
    const around = provisional?.within(parent) ?? parent;
    const span = this.ids.use(identity === undefined ? undefined : parseTraceparent(identity), () =>
      this.tracer.startSpan(
        name,
        {
          ...(kind !== undefined && { kind: KINDS[kind] }),
          ...(startedAt !== undefined && { startTime: startedAt }),
          links: links.flatMap(linkTo),
        },
        sampled === undefined ? around : decideSampling(around, sampled),
      ),
    );
    // What is undefined is left out here, but not among the options.
    if (attributes !== undefined) span.setAttributes(attributes);
    const isKeptByFailure = options.waits === 'until_failed';
    return new OpenTelemetrySpan(span, trace.setSpan(around, span), () => {
      if (isKeptByFailure) provisional?.keep();
    });
  }

  active(): Span {
    const span = trace.getActiveSpan();
    return span === undefined ? NO_SPAN : new OpenTelemetrySpan(span, context.active());
  }

  isRecording(): boolean {
    return trace.getActiveSpan()?.isRecording() ?? false;
  }

  goesOut(): boolean {
    const flags = trace.getActiveSpan()?.spanContext().traceFlags ?? 0;
    const isSampled = (flags & TraceFlags.SAMPLED) !== 0;
    const provisional = ProvisionalSpans.of(context.active());
    return provisional === undefined
      ? isSampled
      : provisional.isKept && (isSampled || provisional.recordsAll);
  }

  keep(): void {
    ProvisionalSpans.of(context.active())?.keep();
  }

  outside<Result>(work: () => Result): Result {
    return context.with(ROOT_CONTEXT, work);
  }
}

function parentOf({ parent, identity }: SpanOptions): Context {
  if (parent === null || identity !== undefined) return ROOT_CONTEXT;
  if (parent === undefined) return context.active();
  const remote = toSpanContext(parent);
  return remote === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote);
}

/** The spans that a new one waits with, if it is the first of them. */
function waitingSpans(parent: Context, { waits, sampled }: SpanOptions): ProvisionalSpans | undefined {
  if (waits === undefined) return undefined;
  if (waits === 'until_kept') return new ProvisionalSpans(false);
  const flags = trace.getSpanContext(parent)?.traceFlags ?? 0;
  const goesOut = sampled ?? (flags & 1) === 1;
  return goesOut ? undefined : new ProvisionalSpans(true);
}
