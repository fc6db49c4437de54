import { context, SpanStatusCode, TraceFlags, type Context, type Span as SdkSpan } from '@opentelemetry/api';
import { formatTraceparent, type Attributes, type Span } from '../tracing/index.js';
import { linkTo } from './span-context.js';

/** A span of ours around one of OpenTelemetry. */
export class OpenTelemetrySpan implements Span {
  private failed = false;

  /**
   * @param around the context of what runs in the span
   * @param onFailure is told of the first failure
   */
  constructor(
    private readonly span: SdkSpan,
    private readonly around: Context,
    private readonly onFailure: () => void = () => undefined,
  ) {}

  get traceparent(): string {
    const { traceId, spanId } = this.span.spanContext();
    return formatTraceparent({ traceId, spanId, sampled: this.isSampled });
  }

  get isSampled(): boolean {
    return (this.span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
  }

  describe(attributes: Attributes): void {
    this.span.setAttributes(attributes);
  }

  link(traceparent: string): void {
    this.span.addLinks(linkTo(traceparent));
  }

  fail(type: string): void {
    if (this.failed) return;
    this.failed = true;
    this.span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR, message: type });
    this.onFailure();
  }

  run<Result>(work: () => Result): Result {
    return context.with(this.around, work);
  }

  end(): void {
    this.span.end();
  }
}
