import { seededRandom } from '../support/random.js';
import { MAIN, readPlan } from './arena/plan.js';
import { report, tryRow } from './arena/trial.js';
import { rows } from './rows/index.js';

/** Milliseconds beside a row's own for its servers to start, to settle and to end. */
const AROUND_MS = 200_000;

const { form, seed, trials, resultsFile } = readPlan(rows);

describe('an acknowledged event is never lost, its effects happen once', () => {
  it.each(trials.map((trial) => [trial.row.number, trial.row.title, trial.queue, trial] as const))(
    '%i %s, with the queue in %s',
    async (_number, _title, _queue, { row, queue }) => {
      // The same seed gives a row the same numbers, whichever others run.
      const random = seededRandom(seed + row.number);
      const trial = await tryRow({ row, queue, form, random, main: MAIN });
      report(trial, seed, resultsFile);
      expect(trial).toMatchObject({ outcome: 'passed', reasons: [] });
    },
    Math.max(...trials.map(({ row }) => row.deadlineMs)) + AROUND_MS,
  );
});
