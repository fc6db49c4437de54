import { seededRandom } from '../support/random.js';
import { buildMutant, type Mutant } from './arena/mutants.js';
import { MAIN, readPlan, type PlannedTrial } from './arena/plan.js';
import { report, tryRow } from './arena/trial.js';
import type { FaultRow } from './arena/fault-row.js';
import { rows } from './rows/index.js';

/** Milliseconds beside a row's own for its servers to start, to settle and to end. */
const AROUND_MS = 200_000;

const { form, seed, resultsFile, task } = readPlan(rows);
// The same seed gives a row the same numbers, whichever others run.
const randomFor = ({ number }: FaultRow) => seededRandom(seed + number);
const timeoutMs = Math.max(...rows.map(({ deadlineMs }) => deadlineMs)) + AROUND_MS;

switch (task.name) {
  case 'list':
    it('lists every row once, in order', () => {
      const numbers = rows.map(({ number }) => number);
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      task.rows.forEach(list);
    });
    break;
  case 'matrix':
    describe('an acknowledged event is never lost, its effects happen once', () => {
      it.each(task.trials.map((trial) => [trial.row.number, trial.row.title, trial.queue, trial] as const))(
        '%i %s, with the queue in %s',
        (_number, _title, _queue, trial) => tryOnService(trial),
        timeoutMs,
      );
    });
    break;
  case 'mutants':
    describe('a service is caught that', () => {
      it.each(task.mutants.map(({ mutant, row }) => [mutant.name, mutant, row] as const))(
        '%s',
        (_name, mutant, row) => tryOnMutant(mutant, row),
        timeoutMs,
      );
    });
}

async function tryOnService({ row, queue }: PlannedTrial): Promise<void> {
  const trial = await tryRow({ row, queue, form, random: randomFor(row), main: MAIN });
  report(trial, seed, resultsFile);
  expect(trial).toMatchObject({ outcome: 'passed', reasons: [] });
}

async function tryOnMutant(mutant: Mutant, row: FaultRow): Promise<void> {
  const { name, queue, foundAs } = mutant;
  const trial = await tryRow({ row, queue, form, random: randomFor(row), main: buildMutant(mutant) });
  const reasons = trial.reasons.join(', ');
  const verdict = foundAs.test(reasons) ? '✓ caught' : '✗ NOT caught';
  process.stdout.write(`${verdict}: ${name}; row ${row.number} (${queue}): ${reasons || 'passed'}\n`);
  expect(reasons).toMatch(foundAs);
}

function list({ number, title, backends, shortForm, recovery }: FaultRow): void {
  const short = shortForm.length > 0 ? `, short form on ${shortForm.join(' and ')}` : '';
  const limit = `${recovery.of}: ${recovery.limitMs / 1_000} s`;
  process.stdout.write(
    `${String(number).padStart(2)} ${title} (${backends.join(' and ')}${short}; ${limit})\n`,
  );
}
