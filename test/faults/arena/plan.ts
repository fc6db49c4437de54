import { resolve } from 'node:path';
import { chooseSeed } from '../../support/random.js';
import { QUEUE_BACKENDS, type QueueBackendName } from '../../support/backends.js';
import type { Form } from './arena.js';
import type { FaultRow } from './fault-row.js';

/**
 * What is to be run. Jest takes no flags of ours, so `scripts/test-faults.mjs` passes them in the environment;
 * without any, as in `npm test`, it is the short form.
 */
export interface Plan {
  readonly form: Form;
  readonly seed: number;
  readonly trials: readonly { readonly row: FaultRow; readonly queue: QueueBackendName }[];
  readonly resultsFile: string | undefined;
}

export const MAIN = resolve('dist/main.js');

export function readPlan(rows: readonly FaultRow[]): Plan {
  const { FAULTS_FORM, FAULTS_ONLY, FAULTS_BACKEND, FAULTS_RESULTS } = process.env;
  const form = FAULTS_FORM === 'long' ? 'long' : 'short';
  const only = FAULTS_ONLY?.split(',').map(Number);
  const chosen = rows.filter(({ number }) => only?.includes(number) ?? true);
  return {
    form,
    seed: chooseSeed(),
    resultsFile: FAULTS_RESULTS,
    trials: QUEUE_BACKENDS.filter(
      (queue) => FAULTS_BACKEND === undefined || FAULTS_BACKEND === queue,
    ).flatMap((queue) =>
      chosen
        // What was asked for by its number runs wherever it makes sense, also in the short form.
        .filter((row) => (form === 'long' || only ? row.backends : row.shortForm).includes(queue))
        .map((row) => ({ row, queue })),
    ),
  };
}
