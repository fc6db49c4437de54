import { createContextKey, type Context } from '@opentelemetry/api';
import { SamplingDecision, type Sampler, type SamplingResult } from '@opentelemetry/sdk-trace-node';

const DECIDED = createContextKey('whether a span is sampled');

/** The next span in this context is sampled, or only recorded. */
export function decideSampling(context: Context, sampled: boolean): Context {
  return context.setValue(DECIDED, sampled);
}

/** Whoever begins a span has decided about it already: of what is not even recorded there is none. */
export class DecidedSampler implements Sampler {
  shouldSample(context: Context): SamplingResult {
    const isSampled = context.getValue(DECIDED) === true;
    return { decision: isSampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.RECORD };
  }

  toString(): string {
    return 'DecidedSampler';
  }
}
