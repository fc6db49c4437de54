import type { Outcome, Scenario } from '../bench.js';
import { baseline } from '../contenders/baseline.js';
import { limit } from '../contenders/limit.js';
import type { Measurement } from '../figures/measurement.js';
import type { BodySize } from '../load/bodies.js';
import { flatOut, load, toMeasurement } from './loaded.js';

/** GitHub's payloads are larger than Stripe's. */
export const sizes: Scenario = {
  name: 'sizes',
  about: 'acknowledged a second with bodies of 8 and 64 KB, queue in Redis, no worker',
  async run(bench): Promise<Outcome> {
    const measurements: Measurement[] = [];
    for (const size of bench.pick<readonly BodySize[]>(['64 KB'], ['8 KB', '64 KB'])) {
      const measured = await bench.alternate(
        [...bench.services, baseline, limit],
        (contender) =>
          bench.onSite(contender, async (site) => {
            const api = await site.start(contender.program('api'));
            const loaded = await load(site, api, flatOut(bench, bench.seconds(8), bench.deliveries(size)));
            return toMeasurement(contender, `acks, bodies of ${size}`, loaded, api);
          }),
        bench.pick(1, 2),
      );
      measurements.push(...measured.values());
    }
    return { measurements, findings: [] };
  },
};
