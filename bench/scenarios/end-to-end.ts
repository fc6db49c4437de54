import type { Bench, Outcome, Scenario } from '../bench.js';
import { baseline } from '../contenders/baseline.js';
import type { Contender } from '../contenders/contender.js';
import type { Service } from '../contenders/service.js';
import type { Measurement } from '../figures/measurement.js';
import type { Program } from '../ground/running-program.js';
import { allOf, loadWarm, warmUpOf } from './loaded.js';
import { untilCompleted, untilIdle } from './progress.js';

/** Of what was received at $1 or later: its rate, and from receipt to completion in milliseconds. */
const WHOLE = {
  service: `
    SELECT count(*) / extract(epoch FROM max(finished_at) - min(received_at)) AS rate,
           percentile_disc(ARRAY[0.5, 0.99, 0.999]) WITHIN GROUP (
             ORDER BY extract(epoch FROM finished_at - received_at)::float8 * 1000) AS quantiles
    FROM events JOIN runs ON runs.event_id = events.id WHERE finished_at IS NOT NULL AND received_at >= $1`,
  baseline: `
    SELECT count(*) / extract(epoch FROM max(completed_at) - min(received_at)) AS rate,
           percentile_disc(ARRAY[0.5, 0.99, 0.999]) WITHIN GROUP (
             ORDER BY extract(epoch FROM completed_at - received_at)::float8 * 1000) AS quantiles
    FROM webhook_events WHERE completed_at IS NOT NULL AND received_at >= $1`,
};

interface Way {
  readonly what: string;
  readonly contender: Contender;
  readonly program: Program;
  readonly sql: string;
}

/** From the request to the last write, in one process that does both, as fast as it takes them. */
export const endToEnd: Scenario = {
  name: 'end-to-end',
  about: 'accepted and completed a second, both queue backends, log and persist workflow, one process',
  async run(bench): Promise<Outcome> {
    const ways = [
      ...bench.services.flatMap((service) => waysOf(bench, service)),
      {
        what: 'end to end, Redis, persist',
        contender: baseline,
        program: baseline.program('all'),
        sql: WHOLE.baseline,
      },
    ];
    const measurements: Measurement[] = [];
    for (const way of ways) {
      const measurement = await measure(bench, way);
      bench.tell(measurement);
      measurements.push(measurement);
    }
    return { measurements, findings: [] };
  },
};

const COMBINATIONS = [
  ['redis', 'persist'],
  ['redis', 'log'],
  ['postgres', 'persist'],
  ['postgres', 'log'],
] as const;

function waysOf(bench: Bench, service: Service): Way[] {
  return bench.pick(COMBINATIONS.slice(2, 3), [...COMBINATIONS]).map(([queue, workflow]) => ({
    what: `end to end, ${queue === 'redis' ? 'Redis' : 'PostgreSQL'}, ${workflow}`,
    contender: service,
    program: service.with({ role: 'all', queue, workflow }),
    sql: WHOLE.service,
  }));
}

async function measure(bench: Bench, { what, contender, program, sql }: Way): Promise<Measurement> {
  return bench.onSite(contender, async (site) => {
    const count = bench.pick(100, 10_000);
    const all = await site.start(program);
    const plan = { ...allOf(bench, count), warmUp: warmUpOf(bench) };
    const { loaded, warm } = await loadWarm(site, all, plan, async () => ({
      ...(await untilIdle(site, contender)),
      cpu: site.cpu(),
    }));
    const { since, earlier, cpu } = warm;
    const allCompleted = await untilCompleted(site, contender, earlier + count, bench.pick(10, 90));
    const completed = allCompleted - earlier;
    const after = site.cpu();
    const { rows } = await site.pool.query<{ rate: string; quantiles: number[] | null }>(sql, [since]);
    const [p50, p99, p999] = rows[0]?.quantiles ?? [];
    return {
      contender: contender.name,
      what,
      perSecond: loaded.perSecond,
      completedPerSecond: Number(rows[0]?.rate ?? NaN),
      p50,
      p99,
      p999,
      cpuMicros: ((after.programs - cpu.programs) * 1_000_000) / completed,
      databaseCpuMicros: ((after.database - cpu.database) * 1_000_000) / completed,
      peakMegabytes: all.figures()?.peakMegabytes,
      note: completed < count ? `${completed} of ${count} in time` : undefined,
    };
  });
}
