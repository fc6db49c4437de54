import { resolve } from 'node:path';
import { QUEUE_BACKENDS, type QueueBackendName } from '../../support/backends.js';
import { chooseSeed } from '../../support/random.js';
import type { Form } from './arena.js';
import type { FaultRow } from './fault-row.js';
import { mutants, type Mutant } from './mutants.js';

/**
 * What is to be run. Jest takes no flags of ours, so `scripts/test-faults.mjs` passes them in the environment;
 * without any, as in `npm test`, it is the matrix in its short form.
 */
export interface Plan {
  readonly form: Form;
  readonly seed: number;
  readonly resultsFile: string | undefined;
  readonly task:
    | { readonly name: 'list'; readonly rows: readonly FaultRow[] }
    | { readonly name: 'matrix'; readonly trials: readonly PlannedTrial[] }
    /** Broken builds, each with the row that is to notice. */
    | { readonly name: 'mutants'; readonly mutants: readonly { mutant: Mutant; row: FaultRow }[] };
}

export interface PlannedTrial {
  readonly row: FaultRow;
  readonly queue: QueueBackendName;
}

export const MAIN = resolve('dist/main.js');

export function readPlan(rows: readonly FaultRow[]): Plan {
  const { FAULTS_FORM, FAULTS_ONLY, FAULTS_RESULTS } = process.env;
  const form = FAULTS_FORM === 'long' ? 'long' : 'short';
  const only = FAULTS_ONLY?.split(',').map(Number);
  const chosen = rows.filter(({ number }) => only?.includes(number) ?? true);
  // What was asked for by its number runs wherever it makes sense, also in the short form.
  const backendsOf = (row: FaultRow) => (form === 'long' || only ? row.backends : row.shortForm);
  return { form, seed: chooseSeed(), resultsFile: FAULTS_RESULTS, task: readTask(chosen, backendsOf) };
}

function readTask(
  rows: readonly FaultRow[],
  backendsOf: (row: FaultRow) => readonly QueueBackendName[],
): Plan['task'] {
  const { FAULTS_TASK, FAULTS_BACKEND } = process.env;
  switch (FAULTS_TASK) {
    case 'list':
      return { name: 'list', rows };
    case 'mutants':
      return {
        name: 'mutants',
        mutants: rows.flatMap((row) =>
          mutants.filter((mutant) => mutant.row === row.number).map((mutant) => ({ mutant, row })),
        ),
      };
    case 'matrix':
    case undefined: {
      const queues = QUEUE_BACKENDS.filter((queue) => queue === (FAULTS_BACKEND ?? queue));
      return {
        name: 'matrix',
        trials: queues.flatMap((queue) =>
          rows.filter((row) => backendsOf(row).includes(queue)).map((row) => ({ row, queue })),
        ),
      };
    }
    default:
      throw new Error(`There is no task ${FAULTS_TASK}`);
  }
}
