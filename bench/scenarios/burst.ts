import type { Outcome, Scenario } from '../bench.js';
import { atMost } from '../figures/finding.js';
import { allOf, load, toMeasurement } from './loaded.js';
import { readProgress, untilCompleted } from './progress.js';

/** Providers have as many senders as they like. */
const SENDERS = 500;

/** The service was away, and all that was kept for it comes at once. */
export const burst: Scenario = {
  name: 'burst',
  about: `100,000 deliveries after an outage, by ${SENDERS} senders that persist; peak memory, and what was lost`,
  async run(bench): Promise<Outcome> {
    const { service } = bench;
    const count = bench.pick(500, 100_000);
    return bench.onSite(service, async (site) => {
      const all = await site.start(service.program('all'));
      const plan = { ...allOf(bench, count), connections: bench.pick(100, SENDERS) };
      const loaded = await load(site, all, plan);
      const startedAt = performance.now();
      const { recorded } = await readProgress(site, service);
      const completed = await untilCompleted(site, service, count, bench.pick(20, 600));
      const drainedIn = (performance.now() - startedAt) / 1_000;
      const measurement = {
        ...toMeasurement(service, `burst of ${count}`, loaded, all),
        note: `${loaded.refused} refused and sent again; ${completed} completed ${drainedIn.toFixed(0)} s after the last ack`,
      };
      bench.tell(measurement);
      return {
        measurements: [measurement],
        findings: [
          {
            what: 'peak memory',
            goal: atMost(300, ' MB'),
            result: measurement.peakMegabytes ?? NaN,
          },
          { what: 'acknowledged and lost', goal: atMost(0, ''), result: loaded.answered - recorded },
          { what: 'recorded and not completed', goal: atMost(0, ''), result: recorded - completed },
        ],
      };
    });
  },
};
