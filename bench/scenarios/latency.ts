import type { Bench, Outcome, Scenario } from '../bench.js';
import type { Contender } from '../contenders/contender.js';
import { limit } from '../contenders/limit.js';
import { atMost } from '../figures/finding.js';
import type { Measurement } from '../figures/measurement.js';
import { atRate, flatOut, load, ratio, toMeasurement } from './loaded.js';

const SHARES = [0.25, 0.5, 0.75];

/** The first second or two after the flood of the warm-up tell of the flood, not of the rate. */
const SETTLE_SECONDS = 3;

/** At a steady rate, whatever the replies do, as providers send. */
export const latency: Scenario = {
  name: 'latency',
  about:
    'milliseconds to an acknowledgement at 25, 50 and 75 % of the capacity, as seen by whoever sends at a rate',
  async run(bench): Promise<Outcome> {
    const capacity = await measureCapacity(bench);
    const measurements: Measurement[] = [];
    let half: ReadonlyMap<string, Measurement> = new Map();
    for (const share of bench.pick([0.5], SHARES)) {
      const rate = Math.round(capacity * share);
      const what = `ack latency at ${share * 100} % (${rate}/s)`;
      const measured = await bench.alternate([...bench.services, limit], (contender) =>
        measureAt(bench, contender, rate, what),
      );
      measurements.push(...measured.values());
      if (share === 0.5) half = measured;
    }
    const service = half.get('service');
    return {
      measurements,
      findings: [
        {
          what: 'ack p99 at 50 % of the capacity',
          goal: atMost(2, ` × the limit's`),
          result: ratio('p99', service, half.get('limit')),
        },
        { what: 'ack p99 at 50 % of the capacity', goal: atMost(15, ' ms'), result: service?.p99 ?? NaN },
      ],
    };
  },
};

async function measureCapacity(bench: Bench): Promise<number> {
  return bench.onSite(bench.service, async (site) => {
    const api = await site.start(bench.service.program('api'));
    const loaded = await load(site, api, flatOut(bench, bench.seconds(8)));
    bench.tell(toMeasurement(bench.service, 'capacity', loaded, api));
    return loaded.perSecond;
  });
}

async function measureAt(
  bench: Bench,
  contender: Contender,
  rate: number,
  what: string,
): Promise<Measurement> {
  return bench.onSite(contender, async (site) => {
    const api = await site.start(contender.program('api'));
    const plan = atRate(bench, rate, bench.seconds(15), bench.seconds(SETTLE_SECONDS));
    const loaded = await load(site, api, plan);
    return toMeasurement(contender, what, loaded, api);
  });
}
