import type { Outcome, Scenario } from '../bench.js';
import { slopePerHour } from '../figures/statistics.js';
import { readProcess } from '../ground/process-figures.js';
import { atRate, load, toMeasurement } from './loaded.js';

/** A rate that one process keeps up for ever. */
const RATE = 300;

const SAMPLE_MS = 5_000;

/** What is left out at the beginning, while everything grows to its size. */
const SETTLING = 1 / 3;

/** Whether it grows. */
export const memory: Scenario = {
  name: 'memory',
  about: `memory over as many minutes as --minutes says, at ${RATE}/s, one process, queue in Redis`,
  isApart: true,
  async run(bench): Promise<Outcome> {
    const { service } = bench;
    const seconds = bench.pick(2, bench.options.minutes * 60);
    return bench.onSite(service, async (site) => {
      const all = await site.start(service.program('all'));
      const startedAt = performance.now();
      const points: { seconds: number; value: number }[] = [];
      const sampling = setInterval(
        () => {
          // Should it have ended, the load tells of it.
          const value = readProcess(all.pid)?.residentMegabytes;
          if (value !== undefined) points.push({ seconds: (performance.now() - startedAt) / 1_000, value });
        },
        bench.pick(200, SAMPLE_MS),
      );
      try {
        // Signed when they are sent: signatures that were made long before are refused.
        const loaded = await load(site, all, { ...atRate(bench, RATE, seconds), ahead: 0 });
        const settled = points.slice(Math.floor(points.length * SETTLING));
        const [first, last] = [settled[0]?.value, settled.at(-1)?.value];
        const duration = bench.pick(`${seconds} s`, `${bench.options.minutes} minutes`);
        const measurement = {
          ...toMeasurement(service, `memory over ${duration} at ${RATE}/s`, loaded, all),
          note: `${first?.toFixed(0) ?? '?'} MB after a third, ${last?.toFixed(0) ?? '?'} MB at the end, ${slopePerHour(settled).toFixed(1)} MB an hour`,
        };
        bench.tell(measurement);
        return { measurements: [measurement], findings: [] };
      } finally {
        clearInterval(sampling);
      }
    });
  },
};
