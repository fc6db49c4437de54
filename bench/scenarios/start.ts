import type { Bench, Outcome, Scenario } from '../bench.js';
import type { Service } from '../contenders/service.js';
import { atMost } from '../figures/finding.js';
import type { Measurement } from '../figures/measurement.js';
import type { Site } from '../ground/site.js';
import { atRate, loadWarm } from './loaded.js';
import { untilCompleted, untilIdle } from './progress.js';

const RATE = 200;

/** Seconds for the last events to be completed. */
const PATIENCE_SECONDS = 10;

/** Of events received at $1 or later. The first step begins when its run is claimed. */
const START_DELAYS = `
  SELECT percentile_disc(ARRAY[0.5, 0.99, 0.999]) WITHIN GROUP (ORDER BY delay) AS quantiles
  FROM (
    SELECT extract(epoch FROM min(transition.at) - event.received_at)::float8 * 1000 AS delay
    FROM events event JOIN runs run ON run.event_id = event.id JOIN transitions transition ON transition.run_id = run.id
    WHERE transition."to" = 'running' AND event.received_at >= $1
    GROUP BY run.id, event.received_at
  ) AS started`;

/** How long an event lies before anything is done about it, in a service that is not busy. */
export const start: Scenario = {
  name: 'start',
  about: `from the receipt of an event to its first step, at ${RATE}/s, one process, queue in Redis`,
  async run(bench): Promise<Outcome> {
    const measured = await bench.alternate(bench.services, (service) => measure(bench, service));
    const service = measured.get('service');
    return {
      measurements: [...measured.values()],
      findings: [
        { what: 'receipt to first step, p50', goal: atMost(10, ' ms'), result: service?.p50 ?? NaN },
        { what: 'receipt to first step, p99', goal: atMost(60, ' ms'), result: service?.p99 ?? NaN },
      ],
    };
  },
};

async function measure(bench: Bench, service: Service): Promise<Measurement> {
  return bench.onSite(service, async (site) => {
    const all = await site.start(service.program('all'));
    const plan = atRate(bench, RATE, bench.seconds(20));
    const { loaded, warm } = await loadWarm(site, all, plan, () => untilIdle(site, service));
    const wanted = warm.earlier + loaded.answered;
    const completed = await untilCompleted(site, service, wanted, PATIENCE_SECONDS);
    const [p50, p99, p999] = await readDelays(site, warm.since);
    return {
      contender: service.name,
      what: `receipt to first step at ${RATE}/s`,
      perSecond: loaded.perSecond,
      p50,
      p99,
      p999,
      cpuMicros: loaded.cpuMicros,
      databaseCpuMicros: loaded.databaseCpuMicros,
      note: completed < wanted ? `${wanted - completed} not completed in time` : undefined,
    };
  });
}

async function readDelays(site: Site, since: Date): Promise<readonly number[]> {
  const { rows } = await site.pool.query<{ quantiles: number[] | null }>(START_DELAYS, [since]);
  return rows[0]?.quantiles ?? [];
}
