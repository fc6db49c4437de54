import type { Logger } from 'winston';
import { NO_SPAN, type Span, type SpanOptions } from './span.js';

/** Makes spans. What does so for real is loaded only where there is somebody to send them to. */
export interface Tracer {
  /** `NO_SPAN` where nobody is going to see it: to follow that would cost every promise. */
  open(name: string, options: SpanOptions): Span;
  /** The span that this code runs in. */
  active(): Span;
  /** Whether what is described is going to be seen, unless it waits in vain. */
  isRecording(): boolean;
  /** Whether somebody is going to see the span that this code runs in, as far as that is decided. */
  goesOut(): boolean;
  /** What waits to be kept, and this code runs in, goes out. */
  keep(): void;
  /** What `work` begins, now or later, is begun in no span. */
  outside<Result>(work: () => Result): Result;
  /** Collectors that are away are told of here. */
  reportTo(logger: Logger): void;
  /** Sends what is there. Never takes long, nor fails. */
  stop(): Promise<void>;
}

const silent: Tracer = {
  open: () => NO_SPAN,
  active: () => NO_SPAN,
  isRecording: () => false,
  goesOut: () => false,
  keep: () => undefined,
  outside: (work) => work(),
  reportTo: () => undefined,
  stop: () => Promise.resolve(),
};

let current = silent;

/** For the preload, which alone knows whether there is a collector. */
export function installTracer(tracer: Tracer): void {
  current = tracer;
}

export function tracer(): Tracer {
  return current;
}

/** Whether there is anybody to send spans to. */
export function isTracing(): boolean {
  return current !== silent;
}
