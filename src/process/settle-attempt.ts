import type { Execution } from '../act/index.js';
import type { Failure, HeldStatus } from '../model/index.js';
import type { Settlement } from '../store/index.js';

export interface RetryLimits {
  readonly maxAttempts: number;
  readonly retryBaseMs: number;
  /** Share of the wait that is added at random, from 0 to 1, so that what failed together does not come back together. */
  readonly retryJitter: number;
}

/** An attempt that has come to an end. */
export interface EndedAttempt {
  readonly status: HeldStatus;
  /** From 1. */
  readonly attempt: number;
  /** Whether a step is done that can be undone. */
  readonly undoable: boolean;
}

/** A longer wait than a day helps nobody. */
const LONGEST_WAIT_MS = 86_400_000;

/**
 * What becomes of a run after an attempt; undefined if that is no longer ours to say.
 *
 * After attempt n (from 1) fails, the next one comes 2^n × `retryBaseMs` later, or when the target wants it if that
 * is later, as long as there is one.
 *
 * @param random a number from 0 to 1
 */
export function settleAttempt(
  execution: Execution,
  ended: EndedAttempt,
  limits: RetryLimits,
  random: () => number = Math.random,
): Settlement | undefined {
  const compensating = ended.status === 'compensating';
  switch (execution.outcome) {
    case 'completed':
    case 'settled':
      return compensating
        ? { from: 'compensating', to: 'compensated', reason: 'finished' }
        : { from: 'running', to: 'completed', reason: 'finished' };
    case 'interrupted':
      return compensating
        ? { from: 'compensating', to: 'compensating', reason: 'released' }
        : { from: 'running', to: 'pending', reason: 'released' };
    case 'waiting': {
      const waiting = { reason: 'circuit_open', waitingOn: execution.circuit } as const;
      return compensating
        ? { from: 'compensating', to: 'compensating', ...waiting }
        : { from: 'running', to: 'pending', ...waiting };
    }
    case 'failed': {
      const { failure, retryAfterMs = 0 } = execution;
      if (failure.retryable && ended.attempt < limits.maxAttempts) {
        const retryInMs = Math.max(backoffMs(ended.attempt, limits, random), retryAfterMs);
        return toRetry(ended.status, failure, Math.min(retryInMs, LONGEST_WAIT_MS));
      }
      return compensating
        ? { from: 'compensating', to: 'compensation_failed', reason: 'failed', failure }
        : {
            from: 'running',
            to: ended.undoable ? 'compensating' : 'dead_lettered',
            reason: 'failed',
            failure,
          };
    }
    case 'fenced':
      return undefined;
  }
}

function backoffMs(attempt: number, limits: RetryLimits, random: () => number): number {
  return Math.round(2 ** attempt * limits.retryBaseMs * (1 + limits.retryJitter * random()));
}

function toRetry(status: HeldStatus, failure: Failure, retryInMs: number): Settlement {
  const attempt = { reason: 'failed', failure, retryInMs } as const;
  return status === 'compensating'
    ? { from: 'compensating', to: 'compensating', ...attempt }
    : { from: 'running', to: 'retrying', ...attempt };
}
