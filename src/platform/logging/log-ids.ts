/**
 * What a line is about, for whoever looks for all that was said of it. Whoever logs gives them along: kept by the runtime
 * for each piece of work, they would cost more than the lines themselves.
 */
export interface LogIds {
  /** Of the request, or of the one that brought the event. */
  readonly correlationId?: string | undefined;
  readonly eventId?: string | undefined;
  readonly runId?: string | undefined;
  /** Of the trace that the event is in, whether or not anybody is sent it. */
  readonly traceId?: string | undefined;
}
