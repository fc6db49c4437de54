import type { Bench, Outcome, Scenario } from '../bench.js';
import { baseline } from '../contenders/baseline.js';
import type { Contender } from '../contenders/contender.js';
import { limit } from '../contenders/limit.js';
import { atLeast, atMost } from '../figures/finding.js';
import type { Measurement } from '../figures/measurement.js';
import type { Site } from '../ground/site.js';
import { flatOut, load, loadWarm, ratio, toMeasurement } from './loaded.js';
import { readProgress, untilCompleted, untilIdle } from './progress.js';

const SECONDS = 10;

/** How long the backlog may take to drain, in runs. */
const DRAIN_RUNS = 2;

interface AckMeasurement extends Measurement {
  /** Runs that its backlog took to drain after the load; Infinity if that was not enough. */
  readonly drainRuns?: number;
}

/** As many as come, with nothing else to do, and with a worker beside that needs the same processors. */
export const ack: Scenario = {
  name: 'ack',
  about: 'acknowledged a second over 64 connections, 1 KB, queue in Redis',
  async run(bench): Promise<Outcome> {
    const contenders = [...bench.services, baseline, limit];
    const alone = await bench.alternate(contenders, (contender) => measureAlone(bench, contender));
    const drains: number[] = [];
    // In the short form the baseline's worker is seen at work in `worker-lane`.
    const besides = bench.pick<readonly Contender[]>([bench.service, limit], contenders);
    const beside = await bench.alternate(besides, async (contender) => {
      const measurement = await measureBeside(bench, contender);
      if (contender === bench.service) drains.push(measurement.drainRuns ?? NaN);
      return measurement;
    });
    const [service, besideWorker] = [alone.get('service'), beside.get('service')];
    return {
      measurements: [...alone.values(), ...beside.values()],
      findings: [
        {
          what: 'acks, no worker',
          goal: atLeast(7, ' × baseline'),
          result: ratio('perSecond', service, alone.get('baseline')),
        },
        {
          what: 'acks, no worker',
          goal: atLeast(0.75, ' × limit'),
          result: ratio('perSecond', service, alone.get('limit')),
        },
        {
          what: 'acks, a worker beside',
          goal: atLeast(5, ' × baseline'),
          result: ratio('perSecond', besideWorker, beside.get('baseline')),
        },
        {
          what: 'acks, a worker beside',
          goal: atLeast(0.6, ' × limit'),
          result: ratio('perSecond', besideWorker, beside.get('limit')),
        },
        {
          what: 'its backlog drained within',
          goal: atMost(DRAIN_RUNS, ' × the run'),
          result: Math.max(...drains),
        },
      ],
    };
  },
};

async function measureAlone(bench: Bench, contender: Contender): Promise<Measurement> {
  return bench.onSite(contender, async (site) => {
    const api = await site.start(contender.program('api'));
    const loaded = await load(site, api, flatOut(bench, bench.seconds(SECONDS)));
    return toMeasurement(contender, 'acks, no worker', loaded, api);
  });
}

async function measureBeside(bench: Bench, contender: Contender): Promise<AckMeasurement> {
  return bench.onSite(contender, async (site) => {
    const [api] = await Promise.all([
      site.start(contender.program('api')),
      site.start(contender.program('worker')),
    ]);
    const isCounted = contender.counts.completed !== undefined;
    const plan = flatOut(bench, bench.seconds(SECONDS));
    const { loaded, warm } = await loadWarm(site, api, plan, async () =>
      isCounted ? await untilIdle(site, contender) : undefined,
    );
    const measurement = toMeasurement(contender, 'acks, a worker beside', loaded, api);
    if (warm === undefined) return measurement;
    const drained = await drain(site, contender, loaded.seconds, warm.earlier);
    const note = [measurement.note, drained.note].filter(Boolean).join('; ');
    return { ...measurement, ...drained, note };
  });
}

/** What the worker did during the load, and how long it takes for the rest. */
async function drain(
  site: Site,
  contender: Contender,
  seconds: number,
  completedBefore: number,
): Promise<Pick<AckMeasurement, 'completedPerSecond' | 'drainRuns' | 'note'>> {
  const loadedAt = performance.now();
  const { recorded, completed } = await readProgress(site, contender);
  const drained = await untilCompleted(site, contender, recorded, DRAIN_RUNS * seconds);
  const drainRuns = drained < recorded ? Infinity : (performance.now() - loadedAt) / 1_000 / seconds;
  const left = drained < recorded ? `${recorded - drained} left after ${DRAIN_RUNS} × the run` : '';
  return {
    completedPerSecond: (completed - completedBefore) / seconds,
    drainRuns,
    note: left || `the rest drained in ${drainRuns.toFixed(2)} × the run`,
  };
}
