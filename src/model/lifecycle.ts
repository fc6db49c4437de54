/**
 * The lifecycle of a run, and how an event's status follows from its runs.
 *
 * The table is data, so that the types, the store and the documentation cannot disagree:
 * a transition that is not in it does not compile, and the database refuses it.
 */

/** In the order in which the worse status of two runs names the event's. `completed` is only for all. */
export const RUN_STATUSES = ['pending', 'running', 'retrying', 'completed', 'dead_lettered'] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];

/** Which status may follow which. `running → running` is a takeover after the lease ran out. */
export const LIFECYCLE = {
  pending: ['running'],
  running: ['running', 'pending', 'completed', 'retrying', 'dead_lettered'],
  retrying: ['running'],
  completed: [],
  dead_lettered: ['pending'],
} as const satisfies Record<RunStatus, readonly RunStatus[]>;

/** The statuses that may follow `From`. */
export type Successor<From extends RunStatus> = (typeof LIFECYCLE)[From][number];

/** Why a run changed its status. */
export type TransitionReason =
  /** A worker took it from the queue. */
  | 'claimed'
  /** Its worker died or froze; another took over. */
  | 'lease_expired'
  /** Its worker is shutting down and gave it back; the attempt is not counted. */
  | 'released'
  /** All steps are done. */
  | 'finished'
  /** The attempt failed; the run's last error says how. */
  | 'failed'
  /** The provider delivered its event again after the run had failed for good. */
  | 'redelivered';

/** True if the lifecycle table has this change. */
export function isLegalTransition(from: RunStatus, to: RunStatus): boolean {
  return (LIFECYCLE[from] as readonly RunStatus[]).includes(to);
}

export const EVENT_STATUSES = ['received', 'processing', 'retrying', 'completed', 'dead_lettered'] as const;

/** What an event's runs say about it. The SQL function `event_status` is the same rule for queries. */
export type EventStatus = (typeof EVENT_STATUSES)[number];

/**
 * The worst of the runs: `received` only while all are pending, `completed` only if all are.
 *
 * @param runs statuses of the event's runs; every event has at least one
 */
export function eventStatus(runs: readonly RunStatus[]): EventStatus {
  if (runs.includes('dead_lettered')) return 'dead_lettered';
  if (runs.every((status) => status === 'completed')) return 'completed';
  if (runs.includes('retrying')) return 'retrying';
  if (runs.every((status) => status === 'pending')) return 'received';
  return 'processing';
}
