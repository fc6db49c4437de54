import type { Failure } from '../model/index.js';
import type { Settlement } from '../store/index.js';

export interface RetryLimits {
  readonly maxAttempts: number;
  readonly retryBaseMs: number;
}

/** A longer wait than a day helps nobody. */
const LONGEST_WAIT_MS = 86_400_000;

/** After attempt n (from 1) fails, the next one comes 2^n × `retryBaseMs` later, as long as there is one. */
export function settleFailure(failure: Failure, attempt: number, limits: RetryLimits): Settlement {
  if (!failure.retryable || attempt >= limits.maxAttempts) {
    return { from: 'running', to: 'dead_lettered', reason: 'failed', failure };
  }
  const retryInMs = Math.min(2 ** attempt * limits.retryBaseMs, LONGEST_WAIT_MS);
  return { from: 'running', to: 'retrying', reason: 'failed', failure, retryInMs };
}
