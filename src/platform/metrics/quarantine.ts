import { counter } from './define.js';

/** Why a refused request is not held, or not any more. */
export type Overflow =
  /** Too many or too large for what may wait. */
  | 'turned_away'
  /** Held, until newer ones took its place. */
  | 'pushed_out'
  /** The database did not take it. */
  | 'not_written';

const overflow = counter(
  'integration_quarantine_overflow_total',
  'Refused requests that are not held, or were pushed out by newer ones',
  ['cause'],
);

for (const cause of ['turned_away', 'pushed_out', 'not_written'] as const) overflow.inc({ cause }, 0);

export function countOverflow(cause: Overflow, count: number): void {
  if (count > 0) overflow.inc({ cause }, count);
}
