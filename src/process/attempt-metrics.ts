import {
  countAttempt,
  countCompensation,
  countCrash,
  countDeadLetter,
  countRetry,
  countStart,
  expectRuns,
  OTHER,
  type AttemptOutcome,
} from '../platform/metrics/index.js';
import type { ClaimedRun, Settlement } from '../store/index.js';
import { findWorkflow, workflowsOfProvider } from '../workflows/index.js';

/** Begins the counts of the runs that there can be. */
export function expectRunsOf(providers: Iterable<string>): void {
  for (const provider of providers) {
    for (const { name: workflow } of workflowsOfProvider(provider)) expectRuns({ provider, workflow });
  }
}

/** Counts that a run came into this worker's hands. How long its event has waited is told once, by the first start. */
export function countClaim(run: ClaimedRun): void {
  if (run.isTakeover) countCrash(labelsOf(run));
  if (run.lease.epoch === 1 && run.number === 1) {
    countStart(run.event.provider, (Date.now() - run.event.receivedAt.getTime()) / 1_000);
  }
}

/** Counts an attempt that has come to an end. */
export function countSettled(run: ClaimedRun, settlement: Settlement | undefined, durationMs: number): void {
  const labels = labelsOf(run);
  const outcome = attemptOutcome(settlement);
  countAttempt(labels, outcome, durationMs / 1_000);
  const code = settlement?.failure?.code ?? 'unexpected';
  switch (outcome) {
    case 'retrying':
    case 'compensation_retrying':
      countRetry(labels, code);
      return;
    case 'dead_lettered':
    case 'compensating':
      countDeadLetter(labels, code);
      return;
    case 'compensated':
      countCompensation(labels, 'compensated');
      return;
    case 'compensation_failed':
      countCompensation(labels, 'failed');
      return;
    case 'completed':
    case 'released':
    case 'waiting':
    case 'fenced':
      return;
  }
}

/** @param settlement undefined if another worker has taken the run over */
export function attemptOutcome(settlement: Settlement | undefined): AttemptOutcome {
  if (settlement === undefined) return 'fenced';
  if (settlement.reason === 'circuit_open') return 'waiting';
  if (settlement.reason === 'released') return 'released';
  switch (settlement.to) {
    case 'pending':
      return 'released';
    case 'compensating':
      return settlement.from === 'running' ? 'compensating' : 'compensation_retrying';
    case 'completed':
    case 'retrying':
    case 'dead_lettered':
    case 'compensated':
    case 'compensation_failed':
      return settlement.to;
  }
}

/** A workflow that this version does not have is told as `other`: the name comes from the database. */
function labelsOf({ event, workflow }: ClaimedRun): { provider: string; workflow: string } {
  return { provider: event.provider, workflow: findWorkflow(workflow)?.name ?? OTHER };
}
