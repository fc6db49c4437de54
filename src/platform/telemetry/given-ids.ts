import { RandomIdGenerator, type IdGenerator } from '@opentelemetry/sdk-trace-node';
import type { TraceContext } from '../tracing/index.js';

/** Ids at random, except for a span whose ids were told to others before it was made. */
export class GivenIds implements IdGenerator {
  private readonly random = new RandomIdGenerator();
  private given: TraceContext | undefined;

  /** Of the first span of a trace. */
  next(): TraceContext {
    return { traceId: this.random.generateTraceId(), spanId: this.random.generateSpanId(), sampled: false };
  }

  /** @param open makes one span, which begins a trace */
  use<Result>(identity: TraceContext | undefined, open: () => Result): Result {
    this.given = identity;
    try {
      return open();
    } finally {
      this.given = undefined;
    }
  }

  generateTraceId(): string {
    return this.given?.traceId ?? this.random.generateTraceId();
  }

  generateSpanId(): string {
    return this.given?.spanId ?? this.random.generateSpanId();
  }
}
