import { createContextKey, TraceFlags, type Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-node';

/** Spans that wait for one decision, at most; what comes on top is dropped. */
const MOST_WAITING = 1_000;

const KEY = createContextKey('spans that do not go out yet');

/** Spans that do not go out before somebody says so. If nobody does, they are forgotten. */
export class ProvisionalSpans {
  private waiting: (() => void)[] = [];
  isKept = false;

  /** @param recordsAll whether the spans are recorded though they are not sampled */
  constructor(readonly recordsAll: boolean) {}

  static of(context: Context): ProvisionalSpans | undefined {
    const found = context.getValue(KEY);
    return found instanceof ProvisionalSpans ? found : undefined;
  }

  within(context: Context): Context {
    return context.setValue(KEY, this);
  }

  /** @param send lets a span go that has ended */
  add(send: () => void): void {
    if (this.isKept) send();
    else if (this.waiting.length < MOST_WAITING) this.waiting.push(send);
  }

  keep(): void {
    this.isKept = true;
    for (const send of this.waiting.splice(0)) send();
  }
}

/** Lets provisional spans wait, and passes on all others. */
export class ProvisionalSpanProcessor implements SpanProcessor {
  private readonly provisional = new WeakMap<ReadableSpan, ProvisionalSpans>();

  constructor(private readonly next: SpanProcessor) {}

  onStart(span: Span, parent: Context): void {
    const spans = ProvisionalSpans.of(parent);
    if (spans !== undefined) this.provisional.set(span, spans);
    this.next.onStart(span, parent);
  }

  onEnd(span: ReadableSpan): void {
    const spans = this.provisional.get(span);
    if (spans === undefined) this.next.onEnd(span);
    else spans.add(() => this.next.onEnd(asSampled(span)));
  }

  async forceFlush(): Promise<void> {
    await this.next.forceFlush();
  }

  async shutdown(): Promise<void> {
    await this.next.shutdown();
  }
}

/** Only what is marked as sampled is sent. */
function asSampled(span: ReadableSpan): ReadableSpan {
  const context = span.spanContext();
  if ((context.traceFlags & TraceFlags.SAMPLED) !== 0) return span;
  const sampled = { ...context, traceFlags: context.traceFlags | TraceFlags.SAMPLED };
  return Object.create(span, { spanContext: { value: () => sampled } }) as ReadableSpan;
}
