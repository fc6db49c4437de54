import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  TraceFlags,
  type Tracer as SdkTracer,
} from '@opentelemetry/api';
import { NO_SPAN, type Span, type SpanOptions } from '../tracing/index.js';
import { decideSampling } from './decided-sampler.js';
import type { GivenIds } from './given-ids.js';
import { OpenTelemetrySpan } from './open-telemetry-span.js';
import { ProvisionalSpans } from './provisional-spans.js';
import { linkTo } from './span-context.js';
import type { SpanPlaces } from './span-place.js';

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
    private readonly places: SpanPlaces,
  ) {}

  open(name: string, options: SpanOptions): Span {
    const place = this.places.find(options);
    if (place === undefined) return NO_SPAN;
    const { kind, attributes, links = [], startedAt } = options;
    const { identity, isSampled } = place;
    const provisional = waitingSpans(isSampled, options);
    const around = provisional?.within(place.context) ?? place.context;
    const span = this.ids.use(identity, () =>
      this.tracer.startSpan(
        name,
        {
          ...(kind !== undefined && { kind: KINDS[kind] }),
          ...(startedAt !== undefined && { startTime: startedAt }),
          links: links.flatMap(linkTo),
        },
        decideSampling(around, isSampled),
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
    return trace.getActiveSpan() === undefined ? work() : context.with(ROOT_CONTEXT, work);
  }
}

/** The spans that a new one waits with, if it is the first of them. */
function waitingSpans(isSampled: boolean, { waits }: SpanOptions): ProvisionalSpans | undefined {
  if (waits === 'until_kept') return new ProvisionalSpans(false);
  return waits === 'until_failed' && !isSampled ? new ProvisionalSpans(true) : undefined;
}
