import type { LogIds } from '../platform/logging/index.js';
import { parseTraceparent } from '../platform/tracing/index.js';
import type { ClaimedRun } from '../store/index.js';

/** What the lines about a run need of it. */
export type LoggedRun = Pick<ClaimedRun, 'lease' | 'event' | 'correlationId' | 'traceparent'>;

/** What every line about a run says. */
export function logIdsOf({ lease, event, correlationId, traceparent }: LoggedRun): LogIds {
  return {
    runId: lease.runId,
    eventId: event.id,
    correlationId: correlationId ?? undefined,
    traceId: traceparent === null ? undefined : parseTraceparent(traceparent)?.traceId,
  };
}
