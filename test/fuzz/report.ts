import type { Aftermath } from './aftermath.js';
import type { Plan } from './plan.js';
import type { RealTraffic } from './real-traffic.js';
import type { Tally } from './tally.js';

export interface Facts {
  readonly plan: Plan;
  readonly tally: Tally;
  /** Deliveries that reached the verifier by the metrics of the service. */
  readonly ownCount: number;
  readonly real: RealTraffic;
  readonly aftermath: Aftermath;
  /** Megabytes of the service, and after how many requests the first was taken. */
  readonly memory: {
    readonly warmUp: number;
    readonly before: number;
    readonly after: number;
    readonly peak: number;
  };
  readonly seconds: number;
  readonly findings: readonly string[];
  /** Lines of the log that say why something was put off. */
  readonly outages: readonly string[];
}

/** Lines that are enough to see what was away. */
const MOST_OUTAGES = 5;

/** Prints what was counted. */
export function report({
  plan,
  tally,
  ownCount,
  real,
  aftermath,
  memory,
  seconds,
  findings,
  outages,
}: Facts): void {
  const { before, after, peak, warmUp } = memory;
  const reached = [...tally.reached].sort(([, one], [, other]) => other - one);
  const share = ((tally.pastAdmission / tally.requests) * 100).toFixed(1);
  const rate = Math.round(tally.requests / seconds);
  const lines = [
    `${tally.requests} requests of seed ${plan.seed} in ${seconds.toFixed(1)} s (${rate}/s, ${plan.lanes} at a time)`,
    `replies          ${countsOf(tally.statuses)}`,
    `at the verifier  ${tally.pastAdmission} requests, ${share} % (by its own metrics ${ownCount}, with copies and real events)`,
    ...reached.map(([name, count]) => `                 ${String(count).padStart(7)} ${name}`),
    `memory           ${before} MB after ${warmUp} requests, ${after} MB at the end (${after - before} more), ${peak} MB at most`,
    `real events      ${real.hashes.size} sent (${countsOf(real.statuses)}), ${aftermath.realCompleted} completed`,
    `events           ${aftermath.events} recorded; dead letters: ${countsOf(aftermath.deadLetters) || 'none'}`,
    ...outages.slice(0, MOST_OUTAGES),
    ...(tally.found > tally.findings.length ? [`${tally.found} findings in all`] : []),
    ...(findings.length === 0 ? ['nothing found'] : findings.map((finding) => `✗ ${finding}`)),
  ];
  process.stdout.write(`\n${lines.join('\n')}\n`);
}

function countsOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name}: ${count}`)
    .join(', ');
}
