import { createContextKey, trace, TraceFlags, type Context } from '@opentelemetry/api';
import {
  SamplingDecision,
  TraceIdRatioBasedSampler,
  type Sampler,
  type SamplingResult,
} from '@opentelemetry/sdk-trace-node';
import { ProvisionalSpans } from './provisional-spans.js';

const DECIDED = createContextKey('whether a span is sampled');

/** The next span in this context is sampled, or not, whatever else would decide. */
export function decideSampling(context: Context, sampled: boolean): Context {
  return context.setValue(DECIDED, sampled);
}

/** A trace is sampled by its id, so that all processes agree, and a span as its parent is. */
export class TraceSampler implements Sampler {
  private readonly ratio: TraceIdRatioBasedSampler;

  /** @param ratio from 0 to 1 */
  constructor(ratio: number) {
    this.ratio = new TraceIdRatioBasedSampler(ratio);
  }

  shouldSample(context: Context, traceId: string): SamplingResult {
    if (this.isSampled(context, traceId)) return { decision: SamplingDecision.RECORD_AND_SAMPLED };
    const recorded = ProvisionalSpans.of(context)?.recordsAll === true;
    return { decision: recorded ? SamplingDecision.RECORD : SamplingDecision.NOT_RECORD };
  }

  private isSampled(context: Context, traceId: string): boolean {
    const decided = context.getValue(DECIDED);
    if (typeof decided === 'boolean') return decided;
    const parent = trace.getSpanContext(context);
    if (parent !== undefined) return (parent.traceFlags & TraceFlags.SAMPLED) !== 0;
    return this.ratio.shouldSample(context, traceId).decision === SamplingDecision.RECORD_AND_SAMPLED;
  }

  toString(): string {
    return `TraceSampler{${this.ratio.toString()}}`;
  }
}
