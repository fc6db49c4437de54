/**
 * The lifecycle of a run, and how an event's status follows from its runs.
 *
 * The table is data, so that the types, the store and the documentation cannot disagree:
 * a transition that is not in it does not compile, and the database refuses it.
 */

export const RUN_STATUSES = [
  'pending',
  'running',
  'retrying',
  'compensating',
  'completed',
  'dead_lettered',
  'compensated',
  'compensation_failed',
] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];

/**
 * Which status may follow which. A status that follows itself is a takeover after the lease ran out, or
 * another attempt of a compensation.
 */
export const LIFECYCLE = {
  pending: ['running'],
  running: ['running', 'pending', 'completed', 'retrying', 'dead_lettered', 'compensating'],
  retrying: ['running'],
  compensating: ['compensating', 'compensated', 'compensation_failed'],
  completed: [],
  dead_lettered: ['pending'],
  // A redrive opens a new run: what was undone is done again under new keys.
  compensated: [],
  compensation_failed: ['pending'],
} as const satisfies Record<RunStatus, readonly RunStatus[]>;

/** The statuses that may follow `From`. */
export type Successor<From extends RunStatus> = (typeof LIFECYCLE)[From][number];

/** The statuses of a run that a worker has in hand. */
export type HeldStatus = 'running' | 'compensating';

/** The statuses of a dead letter: a run that failed for good, whatever became of its compensation. */
export const DEAD_LETTER_STATUSES = ['dead_lettered', 'compensated', 'compensation_failed'] as const;

/** Of a run, or of an event: whether the worst of its runs is one. */
export function isDeadLetter(status: RunStatus | EventStatus): boolean {
  return (DEAD_LETTER_STATUSES as readonly (RunStatus | EventStatus)[]).includes(status);
}

/** Why a run changed its status. */
export type TransitionReason =
  /** A worker took it from the queue. */
  | 'claimed'
  /** Its worker died or froze; another took over. */
  | 'lease_expired'
  /** Its worker gave it back, since it shuts down or had lost the database; the attempt is not counted. */
  | 'released'
  /** What a step needs is out of order for the moment, so it waits; the attempt is not counted. */
  | 'circuit_open'
  /** All steps are done, or undone. */
  | 'finished'
  /** The attempt failed; the run's last error says how. */
  | 'failed'
  /** The provider delivered its event again after the run had failed for good. */
  | 'redelivered'
  /** Somebody sent it again. */
  | 'redriven';

/** True if the lifecycle table has this change. */
export function isLegalTransition(from: RunStatus, to: RunStatus): boolean {
  return (LIFECYCLE[from] as readonly RunStatus[]).includes(to);
}

/** In the order in which the later one names an event whose runs differ. `completed` is only for all. */
export const EVENT_STATUSES = [
  'received',
  'processing',
  'retrying',
  'compensating',
  'completed',
  'dead_lettered',
  'compensated',
  'compensation_failed',
] as const;

/** What an event's runs say about it. The SQL function `event_status` is the same rule for queries. */
export type EventStatus = (typeof EVENT_STATUSES)[number];

/**
 * The worst of the runs: `received` only while all are pending, `completed` only if all are.
 *
 * @param runs statuses of the event's runs, of each workflow the newest; every event has at least one
 */
export function eventStatus(runs: readonly RunStatus[]): EventStatus {
  if (runs.includes('compensation_failed')) return 'compensation_failed';
  if (runs.includes('compensated')) return 'compensated';
  if (runs.includes('dead_lettered')) return 'dead_lettered';
  if (runs.every((status) => status === 'completed')) return 'completed';
  if (runs.includes('compensating')) return 'compensating';
  if (runs.includes('retrying')) return 'retrying';
  if (runs.every((status) => status === 'pending')) return 'received';
  return 'processing';
}
