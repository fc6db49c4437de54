import type { Outcome } from '../platform/circuit-breaker/index.js';
import type { Settlement } from '../store/index.js';

/**
 * What an attempt says about all other runs of its provider; undefined if nothing.
 *
 * A failure counts once: one of a target counts for the target's own circuit, and one of the event's for none, since
 * the next event may be a good one.
 */
export function outcomeForProvider(settlement: Settlement): Outcome | undefined {
  if (settlement.to === 'completed' || settlement.to === 'compensated') return 'success';
  switch (settlement.failure?.code) {
    case 'unexpected':
    case 'workflow_missing':
      return 'failure';
    case 'input_invalid':
    case 'target_refused':
    case 'target_unavailable':
    case 'timed_out':
    case 'outcome_unknown':
    case 'payload_dropped':
    case 'crashes_exceeded':
    case undefined:
      return undefined;
  }
}
