import { Problem } from '../platform/http/index.js';
import type { JudgedRun, RunState } from '../store/index.js';

const NEEDS_DECISION =
  'An effect of it may have happened. Decide with "unknownOutcome": "repeat" to do it again, or "assume_done".';
const PAYLOAD_DROPPED = 'Its payload was dropped by retention, so nothing can be done about it any more.';

/** Why a run that was found dead was not redriven; undefined if it was. */
export function refusalOf({ verdict }: JudgedRun): Problem | undefined {
  switch (verdict) {
    case 'redriven':
    case 'reopened':
      return undefined;
    case 'needs_decision':
      return conflict(NEEDS_DECISION);
    case 'payload_dropped':
      return conflict(PAYLOAD_DROPPED);
  }
}

/** Why a run is no dead letter. */
export function noDeadLetter({ status, supersededBy }: RunState): Problem {
  if (supersededBy !== null) {
    return conflict(`It was redriven before: run ${supersededBy} has taken its place.`);
  }
  switch (status) {
    case 'pending':
      return conflict('It is pending: a worker will take it.');
    case 'running':
      return conflict('It is running.');
    case 'retrying':
      return conflict('It is retrying: another attempt will come by itself.');
    case 'compensating':
      return conflict('It is compensating: wait until what it did is undone.');
    case 'completed':
      return conflict('It is completed, so nothing is left to do.');
    case 'dead_lettered':
    case 'compensated':
    case 'compensation_failed':
      return conflict('It has just failed again. Look at it once more.');
  }
}

/** Why none of an event's runs was redriven. */
export function noneRedriven(judged: readonly JudgedRun[]): Problem {
  const [first] = judged;
  const refusal = first === undefined ? undefined : refusalOf(first);
  return refusal ?? conflict('None of its runs has failed for good.');
}

function conflict(detail: string): Problem {
  return new Problem(409, 'Conflict', { detail });
}
