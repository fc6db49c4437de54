import { queueName } from '../model/index.js';
import { eventAttributes, inSpan, messageAttributes } from '../platform/tracing/index.js';
import type { ClaimedRun, Settlement } from '../store/index.js';
import type { EndedAttempt } from './settle-attempt.js';

/**
 * Shows an attempt in the trace of its run, whoever carries it out. One that fails is shown whatever the ratio says,
 * and so is whatever comes after a failure.
 *
 * @param attempt what is known of it when it begins
 * @param work carries it out and settles it
 */
export function inAttemptSpan(
  run: ClaimedRun,
  attempt: Pick<EndedAttempt, 'status' | 'attempt'>,
  work: () => Promise<Settlement | undefined>,
): Promise<Settlement | undefined> {
  const { event, lease, workflow } = run;
  const hasFailed = run.lastError !== null || run.crashes > 0 || attempt.status === 'compensating';
  return inSpan(
    attempt.status === 'compensating' ? `undo ${workflow}` : `attempt ${workflow}`,
    {
      kind: 'consumer',
      parent: run.traceparent,
      ...(hasFailed ? { sampled: true } : { waits: 'until_failed' }),
      attributes: {
        ...eventAttributes(event),
        ...messageAttributes('process', queueName(event.provider), lease.runId),
        'run.id': lease.runId,
        'run.workflow': workflow,
        'run.number': run.number,
        'run.attempt': attempt.attempt,
        'run.crashes': run.crashes,
      },
    },
    async (span) => {
      const settlement = await work();
      span.describe({
        'run.status': settlement?.to ?? 'fenced',
        'run.retry_in_ms': settlement?.retryInMs,
        'run.failed_step': settlement?.failure?.step ?? undefined,
        'run.circuit': settlement?.waitingOn,
      });
      if (settlement?.failure !== undefined) span.fail(settlement.failure.code);
      return settlement;
    },
  );
}
