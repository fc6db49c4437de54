/** What the failure of a task means: for its target, for the effect ledger, and for another attempt. */

import { ActionError, type Effect, type FailureCode } from '../model/index.js';
import type { Outcome } from '../platform/circuit-breaker/index.js';
import type { LedgerEntry } from '../store/index.js';

const SIGNS_OF_TROUBLE = new Set<FailureCode>(['target_unavailable', 'timed_out', 'outcome_unknown']);

/** What an error says about the target: one that refuses is well. */
export function outcomeFor(error: unknown): Outcome | undefined {
  if (!(error instanceof ActionError)) return undefined;
  if (error.code === 'target_refused') return 'success';
  return SIGNS_OF_TROUBLE.has(error.code) ? 'failure' : undefined;
}

/** A keyed action repeats what may have happened, so it does not say so: whatever is worth repeating may have. */
const UNCERTAIN = new Set<FailureCode>(['target_unavailable', 'timed_out', 'unexpected']);

/**
 * Whether the effect of a task that failed may have happened all the same.
 *
 * @param earlier what the ledger says of an attempt before: what may have happened then no refusal makes undone
 */
export function mayHaveHappened(
  { code }: ActionError,
  effect: Effect,
  earlier: LedgerEntry | undefined,
): boolean {
  if (earlier?.status === 'started') return true;
  switch (effect) {
    case 'keyed':
      return UNCERTAIN.has(code);
    case 'external':
      return code === 'outcome_unknown';
    case 'transactional':
    case 'repeatable':
      return false;
  }
}

/**
 * An unnamed error is a fault in the action, whatever it says: it may have come before the effect or after it, as may
 * a timeout. One that gave way to the signal has not failed.
 */
export function nameFailure(error: unknown, effect: Effect, signal: AbortSignal): unknown {
  if (effect !== 'external' && signal.aborted && error === signal.reason) return error;
  if (error instanceof ActionError && (effect !== 'external' || error.code !== 'timed_out')) return error;
  return new ActionError(effect === 'external' ? 'outcome_unknown' : 'unexpected', String(error), {
    cause: error,
  });
}

/** What nobody knows is a failure like any other where it may be done again. */
export function toRepeatable(error: unknown): unknown {
  if (!(error instanceof ActionError) || error.code !== 'outcome_unknown') return error;
  return new ActionError('target_unavailable', error.message, { cause: error });
}
