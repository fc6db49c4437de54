import type { Logger } from 'winston';
import { logIdsOf, type Execution, type LoggedRun } from '../act/index.js';
import type { ClaimedRun, Settlement } from '../store/index.js';

/** Tells, with its stack, where a fault of ours is that an attempt has failed by. */
export function reportFault(
  logger: Logger,
  run: LoggedRun & Pick<ClaimedRun, 'workflow'>,
  execution: Execution,
): void {
  if (execution.outcome !== 'failed' || execution.fault === undefined) return;
  const { failure, fault } = execution;
  const { workflow } = run;
  logger.error('A step has a fault of its own', {
    ...logIdsOf(run),
    error: fault,
    workflow,
    step: failure.step,
  });
}

/**
 * One line for each attempt, with all that is worth knowing about it.
 *
 * @param attempt its number, of those to do the steps or of those to undo them
 */
export function reportAttempt(
  logger: Logger,
  run: ClaimedRun,
  attempt: number,
  settlement: Settlement | undefined,
  durationMs: number,
): void {
  const fields = {
    ...logIdsOf(run),
    provider: run.event.provider,
    type: run.event.type,
    workflow: run.workflow,
    attempt,
    crashes: run.crashes,
    durationMs: Math.round(durationMs),
    ...(settlement?.failure && { failure: settlement.failure }),
    ...(settlement?.retryInMs !== undefined && { retryInMs: settlement.retryInMs }),
    ...(settlement?.waitingOn !== undefined && { circuit: settlement.waitingOn }),
  };
  if (settlement?.reason === 'released') return void logger.info('Run released', fields);
  if (settlement?.reason === 'circuit_open') return void logger.info('Run waits for a circuit', fields);
  switch (settlement?.to) {
    case 'completed':
      return void logger.info('Run completed', fields);
    case 'retrying':
      return void logger.warn('Attempt failed, another will follow', fields);
    case 'dead_lettered':
      return void logger.error('Run failed for good', fields);
    case 'compensating':
      return settlement.from === 'running'
        ? void logger.warn('Run failed for good, what it has done will be undone', fields)
        : void logger.warn('Undoing the run failed, another attempt will follow', fields);
    case 'compensated':
      return void logger.error('Run failed for good and was undone', fields);
    case 'compensation_failed':
      return void logger.error('Run failed for good and could not be undone', fields);
    case 'pending':
      return;
    case undefined:
      return void logger.warn('Run was taken over by another worker', fields);
  }
}
