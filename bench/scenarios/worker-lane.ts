import type { Outcome, Scenario } from '../bench.js';
import { baseline } from '../contenders/baseline.js';
import { groupedFloor } from '../contenders/limit.js';
import { atLeast } from '../figures/finding.js';
import { ratio } from './loaded.js';
import { workThrough } from './work-through.js';

/** What a worker does when there is enough to do, and nothing else is going on. */
export const workerLane: Scenario = {
  name: 'worker-lane',
  about: 'events completed a second out of a backlog of 20,000, persist workflow, queue in Redis',
  async run(bench): Promise<Outcome> {
    const backlog = bench.pick(200, 20_000);
    const measured = await bench.alternate([...bench.services, baseline, groupedFloor], (contender) =>
      workThrough(bench, contender, {
        what: `worker lane, ${backlog} events`,
        backlog,
        seconds: bench.pick(5, 40),
      }),
    );
    const service = measured.get('service');
    const goals = [
      [atLeast(6, ' × baseline'), measured.get('baseline')],
      [atLeast(0.5, ' × grouped floor'), measured.get('grouped floor')],
    ] as const;
    return {
      measurements: [...measured.values()],
      findings: goals.map(([goal, other]) => ({
        what: 'worker lane, completed a second',
        goal,
        result: ratio('completedPerSecond', service, other),
      })),
    };
  },
};
