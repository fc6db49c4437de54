/** Facts about a span; what is undefined is left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanOptions {
  /** Towards whom it looks (https://opentelemetry.io/docs/specs/otel/trace/api/#spankind); by default, nobody. */
  readonly kind?: 'server' | 'client' | 'producer' | 'consumer';
  readonly attributes?: Attributes;
  /**
   * Traceparent of the span that it belongs to. `null`: it begins a trace. By default, the span in which it is begun; where
   * there is none, it is not shown.
   */
  readonly parent?: string | null;
  /** Traceparents of spans that it has to do with. */
  readonly links?: readonly string[];
  /** Milliseconds since 1970, for what has begun already. */
  readonly startedAt?: number;
  /** Whether it goes out, whatever its parent or the ratio says. */
  readonly sampled?: boolean;
  /**
   * Traceparent that it has itself, for what others were told of before. It begins a trace then.
   */
  readonly identity?: string;
  /**
   * Of a span that does not go out yet, with all that is begun in it. `until_kept`: until somebody says that it is worth
   * it. `until_failed`: until it fails, though the ratio has left it out.
   */
  readonly waits?: 'until_kept' | 'until_failed';
}

/** A piece of work, as it is shown in a trace. */
export interface Span {
  /** Its W3C trace context; empty where nobody is going to see it. */
  readonly traceparent: string;
  /** Whether it goes out, unless it waits in vain. */
  readonly isSampled: boolean;
  describe(attributes: Attributes): void;
  /** @param traceparent of a span that it has to do with */
  link(traceparent: string): void;
  /** @param type what happened, in one word. Only the first one counts */
  fail(type: string): void;
  /** What `work` begins, now or later, is begun in this span. */
  run<Result>(work: () => Result): Result;
  end(): void;
}

/** Stands for a span that nobody is going to see. */
export const NO_SPAN: Span = {
  traceparent: '',
  isSampled: false,
  describe: () => undefined,
  link: () => undefined,
  fail: () => undefined,
  run: (work) => work(),
  end: () => undefined,
};
