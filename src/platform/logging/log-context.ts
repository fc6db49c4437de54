import { AsyncLocalStorage } from 'node:async_hooks';

/** Ids that stand in every line that is logged on behalf of a request or a run. */
export interface LogContext {
  readonly correlationId?: string;
  readonly eventId?: string;
  readonly runId?: string;
  /** Of the trace that the event is in, whether or not anybody is sent it. */
  readonly traceId?: string | undefined;
}

const contexts = new AsyncLocalStorage<LogContext>();

/** Everything that `work` logs, now or later, carries the ids, beside those of the surrounding context. */
export function withLogContext<Result>(context: LogContext, work: () => Result): Result {
  return contexts.run({ ...contexts.getStore(), ...context }, work);
}

/** What `work` begins is there for others, too: what it logs later carries no ids of the surrounding context. */
export function withoutLogContext<Result>(work: () => Result): Result {
  return contexts.run({}, work);
}

/** The ids of the request or the run that this code works for. */
export function logContext(): LogContext {
  return contexts.getStore() ?? {};
}
