import { context, ROOT_CONTEXT, trace, TraceFlags, type Context } from '@opentelemetry/api';
import { SamplingDecision, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-node';
import { parseTraceparent, type SpanOptions, type TraceContext } from '../tracing/index.js';
import type { GivenIds } from './given-ids.js';
import { ProvisionalSpans } from './provisional-spans.js';
import { toSpanContext } from './span-context.js';

/** Where a span begins that somebody is going to see, or may. */
export interface SpanPlace {
  /** Of what is around it. */
  readonly context: Context;
  readonly isSampled: boolean;
  /** Of the first span of a trace. */
  readonly identity?: TraceContext;
}

/** Finds the places of spans. A trace is sampled by its id, so that all processes agree, and a span as its parent is. */
export class SpanPlaces {
  private readonly sampler: TraceIdRatioBasedSampler;

  /** @param ratio of the traces that are sampled, from 0 to 1 */
  constructor(
    private readonly ids: GivenIds,
    ratio: number,
  ) {
    this.sampler = new TraceIdRatioBasedSampler(ratio);
  }

  /** @returns undefined if nobody is going to see it */
  find(options: SpanOptions): SpanPlace | undefined {
    const { parent, identity } = options;
    if (identity !== undefined) return this.beginning(options, parseTraceparent(identity));
    if (parent === undefined) return withinActive(options);
    const remote = parent === null ? undefined : parseTraceparent(parent);
    return remote === undefined ? this.beginning(options) : beneath(options, remote);
  }

  private beginning(options: SpanOptions, identity = this.ids.next()): SpanPlace | undefined {
    const isSampled = options.sampled ?? this.samples(identity.traceId);
    return isSeen(isSampled, options) ? { context: ROOT_CONTEXT, isSampled, identity } : undefined;
  }

  private samples(traceId: string): boolean {
    const { decision } = this.sampler.shouldSample(ROOT_CONTEXT, traceId);
    return decision === SamplingDecision.RECORD_AND_SAMPLED;
  }
}

/** Beneath a span of another process, or of another time. */
function beneath(options: SpanOptions, parent: TraceContext): SpanPlace | undefined {
  const isSampled = options.sampled ?? parent.sampled;
  if (!isSeen(isSampled, options)) return undefined;
  return { context: trace.setSpanContext(ROOT_CONTEXT, toSpanContext(parent)), isSampled };
}

function withinActive(options: SpanOptions): SpanPlace | undefined {
  const active = context.active();
  const parent = trace.getSpanContext(active);
  if (parent === undefined) return undefined;
  const isSampled = options.sampled ?? (parent.traceFlags & TraceFlags.SAMPLED) !== 0;
  const isRecorded = ProvisionalSpans.of(active)?.recordsAll === true;
  return isRecorded || isSeen(isSampled, options) ? { context: active, isSampled } : undefined;
}

function isSeen(isSampled: boolean, { waits }: SpanOptions): boolean {
  return isSampled || waits === 'until_failed';
}
