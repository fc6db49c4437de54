import { resolve } from 'node:path';
import { migrate } from '../../src/store/migrations/index.js';
import type { Bench, Outcome, Scenario } from '../bench.js';
import { OPS_TOKEN } from '../contenders/service.js';
import { atLeast, atMost, type Goal } from '../figures/finding.js';
import { medianOf, quantilesOf, type Measurement } from '../figures/measurement.js';
import type { RunningProgram } from '../ground/running-program.js';
import type { Site } from '../ground/site.js';
import type { LoadPlan } from '../load/load-plan.js';
import { Load } from '../load/load.js';
import { flatOut, load, ratio, toMeasurement } from './loaded.js';
import { seedEvents } from './seed-events.js';

/** People who look at the same time. */
const READERS = 4;

/** Events that are asked for, from all of the year. */
const SAMPLE = 2_000;

/** $1 how many events are stored, $2 how many of them. */
const SAMPLED = `
  SELECT id, delivery_key AS "deliveryKey" FROM events
  WHERE delivery_key = ANY (
    SELECT 'evt_stored' || (1 + number * $1::bigint / $2::bigint) FROM generate_series(0, $2::bigint - 1) AS number)`;

const MIGRATIONS = 'prisma/migrations';

interface Reading {
  readonly what: string;
  readonly goal: Goal;
  readonly path: (event: { id: string; deliveryKey: string }, index: number) => string;
}

/** What is looked for on the filtered page; each from a place of its own on. */
const FILTERS = [
  'provider=stripe&type=customer.updated',
  'provider=github&type=pull_request',
  'status=dead_lettered',
  'provider=stripe&status=completed',
];

const READINGS: readonly Reading[] = [
  { what: 'event by id', goal: atMost(20, ' ms'), path: ({ id }) => `/api/v1/events/${id}` },
  {
    what: 'filtered page',
    goal: atMost(60, ' ms'),
    path: ({ id }, index) => `/api/v1/events?${FILTERS[index % FILTERS.length] ?? ''}&cursor=${id}`,
  },
  {
    what: 'search by delivery key',
    goal: atMost(20, ' ms'),
    path: ({ deliveryKey }) => `/api/v1/events?deliveryKey=${deliveryKey}`,
  },
];

/** A year later. */
export const stored: Scenario = {
  name: 'stored',
  about: 'acknowledgements, and the operations API, with millions of events stored (--events)',
  async run(bench): Promise<Outcome> {
    const { service } = bench;
    const { storedEvents, say } = bench.options;
    return bench.onSite(service, async (site) => {
      await migrate({ pool: site.pool, directory: resolve(MIGRATIONS), report: () => undefined });
      const startedAt = performance.now();
      await seedEvents(site.pool, storedEvents, (count) => {
        if (count % 500_000 === 0) say(`  ${count} of ${storedEvents} stored`);
      });
      say(`  stored in ${Math.round((performance.now() - startedAt) / 1_000)} s`);

      const reads = await measureReads(bench, site);
      const rounds: { empty: Measurement; full: Measurement }[] = [];
      for (let left = bench.pick(1, 3); left > 0; left--) {
        const empty = await bench.onSite(service, (fresh) =>
          measureAcks(bench, fresh, 'acks, nothing stored'),
        );
        const full = await measureAcks(bench, site, `acks, ${storedEvents} events stored`);
        rounds.push({ empty, full });
      }
      const [empty, full] = [
        medianOf(rounds.map((round) => round.empty)),
        medianOf(rounds.map((round) => round.full)),
      ];
      return {
        measurements: [empty, full, ...reads],
        findings: [
          {
            what: `acks, ${storedEvents} events stored`,
            goal: atLeast(0.9, ' × empty'),
            result: ratio('perSecond', full, empty),
          },
          ...READINGS.map(({ what, goal }, index) => ({
            what: `${what}, p99`,
            goal,
            // What was refused was no reading, and would flatter the rest.
            result: reads[index]?.note === undefined ? (reads[index]?.p99 ?? NaN) : NaN,
            note: reads[index]?.note,
          })),
        ],
      };
    });
  },
};

async function measureAcks(bench: Bench, site: Site, what: string): Promise<Measurement> {
  const api = await site.start(bench.service.program('api'));
  const loaded = await load(site, api, flatOut(bench, bench.seconds(10)));
  const measurement = toMeasurement(bench.service, what, loaded, api);
  bench.tell(measurement);
  await site.stop(api);
  // The next round is not to find runs for which there is no job any more.
  await site.pool.query(`UPDATE runs SET status = 'completed', finished_at = now() WHERE status = 'pending'`);
  return measurement;
}

async function measureReads(bench: Bench, site: Site): Promise<Measurement[]> {
  const { storedEvents } = bench.options;
  const { rows } = await site.pool.query<{ id: string; deliveryKey: string }>(SAMPLED, [
    storedEvents,
    Math.min(SAMPLE, storedEvents),
  ]);
  const shuffled = rows.map((row, index) => rows[(index * 7919) % rows.length] ?? row);
  const api = await site.start(bench.service.program('api'));
  const measurements: Measurement[] = [];
  for (const { what, path } of READINGS) {
    const measurement = await read(bench, api, what, shuffled.map(path));
    bench.tell(measurement);
    measurements.push(measurement);
  }
  await site.stop(api);
  return measurements;
}

async function read(bench: Bench, api: RunningProgram, what: string, paths: string[]): Promise<Measurement> {
  const plan: LoadPlan = {
    url: api.url,
    requests: { kind: 'reads', paths, token: OPS_TOKEN },
    connections: READERS,
    pace: 'as replies come',
    warmUp: bench.pick(20, 1_000),
    settleSeconds: 0,
    count: Infinity,
    seconds: bench.seconds(10),
    ahead: 0,
  };
  const sender = new Load();
  try {
    await api.during(sender.prepare(plan));
    const { perSecond, latencies, refused, statuses } = await api.during(sender.send());
    return {
      contender: bench.service.name,
      what: `${what}, ${READERS} readers`,
      perSecond,
      ...quantilesOf(latencies),
      note: refused > 0 ? `statuses ${JSON.stringify(statuses)}` : undefined,
    };
  } finally {
    sender.close();
  }
}
