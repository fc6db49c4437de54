import { FAILURE_CODES, type FailureCode } from '../../model/index.js';
import { BoundedLabel } from './bounded-label.js';
import { counter, histogram } from './define.js';

/** How an attempt to do the steps of a run, or to undo them, came to an end. */
export type AttemptOutcome =
  | 'completed'
  | 'retrying'
  | 'dead_lettered'
  /** Failed for good; what it has done is undone by the next attempt. */
  | 'compensating'
  | 'compensated'
  | 'compensation_retrying'
  | 'compensation_failed'
  /** Given back: its worker stops. */
  | 'released'
  /** Given back until a circuit is closed. */
  | 'waiting'
  /** Another worker has taken the run over. */
  | 'fenced';

/** What a metric says of a run. `workflow` is one of the list, or `other`. */
export interface RunLabels {
  readonly provider: string;
  readonly workflow: string;
}

const WORK_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const DELAY_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200];

const SHARED_RUNS = [1, 2, 5, 10, 20, 50, 100];

/** Targets that are told apart; the URL of a request may stem from an event. */
const MOST_TARGETS = 50;

const startDelay = histogram(
  'integration_run_start_delay_seconds',
  'From the acceptance of an event to the first start of each of its runs',
  DELAY_SECONDS,
  ['provider'],
);
const attempts = counter(
  'integration_attempts_total',
  'Attempts to do the steps of a run, or to undo them, by how they ended',
  ['provider', 'workflow', 'outcome'],
);
const attemptDuration = histogram(
  'integration_attempt_duration_seconds',
  'From the claim of a run, or the end of its steps, to the end of an attempt',
  WORK_SECONDS,
  ['workflow'],
);
const stepDuration = histogram(
  'integration_step_duration_seconds',
  'Of one step, or of its compensation, with its rows in the effect ledger',
  WORK_SECONDS,
  ['workflow', 'step', 'outcome'],
);
const retries = counter(
  'integration_retries_total',
  'Attempts that failed and will be followed by another, by what went wrong',
  ['provider', 'workflow', 'code'],
);
const deadLetters = counter(
  'integration_dead_letters_total',
  'Runs that failed for good, whatever becomes of their compensation, by what went wrong',
  ['provider', 'workflow', 'code'],
);
const compensations = counter('integration_compensations_total', 'Runs that were undone, or could not be', [
  'provider',
  'workflow',
  'outcome',
]);
const crashes = counter(
  'integration_crashes_total',
  'Runs that were taken over because the lease of their worker ran out',
  ['provider', 'workflow'],
);
const fencedWrites = counter(
  'integration_fenced_writes_total',
  'Writes that were refused because another worker had taken the run over',
);
const sharedStatements = histogram(
  'integration_shared_statement_runs',
  'Runs that came to the same point at the same time, and shared a statement and its commit',
  SHARED_RUNS,
  ['statement'],
);
const targetCalls = counter(
  'integration_target_calls_total',
  'Calls of the targets of actions, by what they tell about the target',
  ['target', 'outcome'],
);

const targets = new BoundedLabel(MOST_TARGETS);

/**
 * Begins the counts of runs that there can be at 0: of a series that begins at 1 nobody sees the first increase.
 */
export function expectRuns(labels: RunLabels): void {
  for (const outcome of ['completed', 'dead_lettered'] as const) attempts.inc({ ...labels, outcome }, 0);
  for (const code of FAILURE_CODES) deadLetters.inc({ ...labels, code }, 0);
  for (const outcome of ['compensated', 'failed'] as const) compensations.inc({ ...labels, outcome }, 0);
  crashes.inc({ ...labels }, 0);
}

export function countStart(provider: string, delaySeconds: number): void {
  startDelay.observe({ provider }, Math.max(0, delaySeconds));
}

export function countAttempt(
  { provider, workflow }: RunLabels,
  outcome: AttemptOutcome,
  seconds: number,
): void {
  attempts.inc({ provider, workflow, outcome });
  attemptDuration.observe({ workflow }, seconds);
}

export function countRetry({ provider, workflow }: RunLabels, code: FailureCode): void {
  retries.inc({ provider, workflow, code });
}

export function countDeadLetter({ provider, workflow }: RunLabels, code: FailureCode): void {
  deadLetters.inc({ provider, workflow, code });
}

export function countCompensation(
  { provider, workflow }: RunLabels,
  outcome: 'compensated' | 'failed',
): void {
  compensations.inc({ provider, workflow, outcome });
}

export function countCrash({ provider, workflow }: RunLabels): void {
  crashes.inc({ provider, workflow });
}

/** @param step of the workflow's list, or its compensation */
export function countStep(workflow: string, step: string, outcome: 'done' | 'failed', seconds: number): void {
  stepDuration.observe({ workflow, step, outcome }, seconds);
}

export function countFencedWrite(): void {
  fencedWrites.inc();
}

export function countSharedStatement(statement: string, runs: number): void {
  sharedStatements.observe({ statement }, runs);
}

/** @param circuit of the target */
export function countTargetCall(circuit: string, outcome: 'success' | 'failure'): void {
  targetCalls.inc({ target: targets.valueFor(circuit), outcome });
}
