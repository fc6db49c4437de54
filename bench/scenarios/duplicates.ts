import type { Bench, Outcome, Scenario } from '../bench.js';
import { baseline } from '../contenders/baseline.js';
import type { Contender } from '../contenders/contender.js';
import type { Measurement } from '../figures/measurement.js';
import { atMost } from '../figures/finding.js';
import { flatOut, loadWarm, toMeasurement } from './loaded.js';
import { readProgress } from './progress.js';

/** Providers send again what they have no answer for, and some send everything twice. */
export const duplicates: Scenario = {
  name: 'duplicates',
  about: 'every second delivery is one that was taken before',
  async run(bench): Promise<Outcome> {
    const doubled: number[] = [];
    const measured = await bench.alternate(
      bench.pick<readonly Contender[]>([bench.service], [...bench.services, baseline]),
      async (contender) => {
        const one = await measure(bench, contender);
        if (contender === bench.service) doubled.push(one.doubled);
        return one.measurement;
      },
      bench.pick(1, 2),
    );
    return {
      measurements: [...measured.values()],
      findings: [
        {
          what: 'recorded twice, or acknowledged and lost',
          goal: atMost(0, ''),
          result: Math.max(...doubled),
        },
      ],
    };
  },
};

async function measure(
  bench: Bench,
  contender: Contender,
): Promise<{ measurement: Measurement; doubled: number }> {
  return bench.onSite(contender, async (site) => {
    const api = await site.start(contender.program('api'));
    const plan = flatOut(bench, bench.seconds(10), bench.deliveries('1 KB', true));
    const { loaded, warm } = await loadWarm(site, api, plan, () => readProgress(site, contender));
    const { recorded } = await readProgress(site, contender);
    const isNew = loaded.statuses[202] ?? 0;
    return {
      measurement: toMeasurement(contender, 'acks, half of them duplicates', loaded, api),
      doubled: Math.abs(recorded - warm.recorded - isNew),
    };
  });
}
