import type { Outcome } from '../platform/circuit-breaker/index.js';
import type { Settlement } from '../store/index.js';

/**
 * What an attempt says about all other runs of its provider; undefined if nothing.
 *
 * A failure counts once: one of a target counts for the target's own circuit. One of the event's own is none: the
 * next event may be a good one.
 */
export function outcomeForProvider(settlement: Settlement): Outcome | undefined {
  if (settlement.to === 'completed' || settlement.to === 'compensated') return 'success';
  switch (settlement.failure?.code) {
    case 'unexpected':
      return 'failure';
    // It failed by its own fault: the others are well.
    case 'input_invalid':
    case 'target_refused':
    case 'payload_dropped':
      return 'success';
    // A version that lacks the workflow is one process's trouble.
    case 'workflow_missing':
    case 'target_unavailable':
    case 'timed_out':
    case 'outcome_unknown':
    case 'crashes_exceeded':
    case undefined:
      return undefined;
  }
}
