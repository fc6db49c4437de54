import type { Outcome, Scenario } from '../bench.js';
import { workThrough } from './work-through.js';

/** The workers were away while the service went on accepting. */
export const drain: Scenario = {
  name: 'drain',
  about: 'a backlog of 100,000 that one worker process drains, persist workflow, queue in Redis',
  async run(bench): Promise<Outcome> {
    const backlog = bench.pick(200, 100_000);
    const measured = await bench.alternate(
      bench.services,
      (service) =>
        workThrough(bench, service, { what: `drain of ${backlog}`, backlog, seconds: bench.pick(5, 300) }),
      1,
    );
    return { measurements: [...measured.values()], findings: [] };
  },
};
