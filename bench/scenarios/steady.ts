import type { Bench, Outcome, Scenario } from '../bench.js';
import { baseline } from '../contenders/baseline.js';
import type { Contender } from '../contenders/contender.js';
import { atLeast } from '../figures/finding.js';
import type { Measurement } from '../figures/measurement.js';
import { searchHighest } from './search-highest.js';
import { atRate, flatOut, loadWarm, ratio, toMeasurement } from './loaded.js';
import { readProgress, untilCompleted, untilIdle } from './progress.js';

/** Seconds' worth of events that may be open at the end: more is a backlog that grows. */
const OPEN_SECONDS = 1;

/** Share of the offered deliveries that must be acknowledged by then. */
const ACKNOWLEDGED = 0.99;

/** What can be kept up: an acknowledgement is a promise, and this is how many a second can be kept. */
export const steady: Scenario = {
  name: 'steady',
  about: 'the highest rate at which acknowledgements and completions keep pace, one process, queue in Redis',
  async run(bench): Promise<Outcome> {
    const measurements: Measurement[] = [];
    const contenders = bench.pick<readonly Contender[]>([bench.service], [...bench.services, baseline]);
    for (const contender of contenders) measurements.push(await findRate(bench, contender));
    const of = (name: string): Measurement | undefined =>
      measurements.find(({ contender }) => contender === name);
    return {
      measurements,
      findings: [
        {
          what: 'rate that acks and completions keep up',
          goal: atLeast(5, ' × baseline'),
          result: ratio('perSecond', of('service'), of('baseline')),
        },
      ],
    };
  },
};

/** First by short tries, each a little off, then for as long as is asked for. */
async function findRate(bench: Bench, contender: Contender): Promise<Measurement> {
  const guess = await completedUnderFlood(bench, contender);
  const highest = await searchHighest({
    // It is no more than a guess, and what is beyond the interval is never found.
    from: guess * 0.25,
    to: guess * 2.25,
    tries: bench.pick(0, 5),
    holds: async (rate) => (await tryRate(bench, contender, rate, bench.seconds(10))) !== undefined,
  });
  for (let rate = highest; ; rate *= 0.92) {
    const kept = await tryRate(bench, contender, rate, bench.seconds(60));
    if (kept !== undefined) return kept;
    if (rate < highest / 4) throw new Error(`${contender.name} keeps no rate up`);
  }
}

async function completedUnderFlood(bench: Bench, contender: Contender): Promise<number> {
  return bench.onSite(contender, async (site) => {
    const all = await site.start(contender.program('all'));
    const plan = flatOut(bench, bench.seconds(8));
    const { loaded, warm } = await loadWarm(site, all, plan, () => readProgress(site, contender));
    const { recorded, completed } = await readProgress(site, contender);
    const startedAt = performance.now();
    const drained = await untilCompleted(site, contender, recorded, bench.pick(2, 8));
    // While nothing more comes it is as fast as it can be, and during the flood as slow as it gets.
    const during = (completed - warm.completed) / loaded.seconds;
    const after = (drained - completed) / ((performance.now() - startedAt) / 1_000);
    const rate = Math.max(during, (during + after) / 2, 10);
    bench.options.say(`  ${contender.name} completed ${Math.round(rate)}/s under a flood and after it`);
    return rate;
  });
}

/** @returns undefined if the rate is too high */
async function tryRate(
  bench: Bench,
  contender: Contender,
  rate: number,
  seconds: number,
): Promise<Measurement | undefined> {
  return bench.onSite(contender, async (site) => {
    const all = await site.start(contender.program('all'));
    const plan = atRate(bench, rate, seconds);
    const { loaded, warm } = await loadWarm(site, all, plan, () => untilIdle(site, contender));
    const { recorded, completed } = await readProgress(site, contender);
    const open = recorded - completed;
    const late = loaded.seconds > seconds + OPEN_SECONDS || loaded.answered < ACKNOWLEDGED * rate * seconds;
    const holds = !late && open <= OPEN_SECONDS * rate;
    const verdict = holds ? 'holds' : late ? 'is acknowledged too late' : `leaves ${open} open`;
    bench.options.say(`  ${contender.name}: ${Math.round(rate)}/s for ${seconds} s ${verdict}`);
    if (!holds) return undefined;
    const measurement = toMeasurement(contender, `steady for ${seconds} s, one process`, loaded, all);
    return { ...measurement, completedPerSecond: (completed - warm.earlier) / loaded.seconds };
  });
}
