import type { Bench } from '../bench.js';
import type { Contender } from '../contenders/contender.js';
import { quantilesOf, type Measurement } from '../figures/measurement.js';
import type { RunningProgram } from '../ground/running-program.js';
import type { Site } from '../ground/site.js';
import type { BodySize } from '../load/bodies.js';
import { Load, type LoadOutcome } from '../load/load.js';
import type { DeliveryPlan, LoadPlan } from '../load/load-plan.js';

/** Senders that wait for each reply before they send again. */
export const CONNECTIONS = 64;

/** So many at the same time at most, where a rate is kept; what is due beyond them waits, and its waiting counts. */
const MOST_CONNECTIONS = 256;

/** More than anybody takes on such a machine: so many deliveries are signed before the first is sent. */
const SIGNED_PER_SECOND: Readonly<Record<BodySize, number>> = {
  '1 KB': 10_000,
  '8 KB': 5_000,
  '64 KB': 1_000,
};

/** Of every contender: with fewer V8 has not compiled what they do, and they take less than half of what they can. */
export function warmUpOf(bench: Bench): number {
  return bench.pick(50, 3_000);
}

/** As much as is taken, for so long. */
export function flatOut(
  bench: Bench,
  seconds: number,
  requests: DeliveryPlan = bench.deliveries(),
): Omit<LoadPlan, 'url'> {
  return {
    requests,
    connections: CONNECTIONS,
    pace: 'as replies come',
    warmUp: warmUpOf(bench),
    settleSeconds: 0,
    count: Infinity,
    seconds,
    ahead: seconds * SIGNED_PER_SECOND[requests.size],
  };
}

/** Signatures are good for five minutes, so not more than are certainly sent by then. */
const MOST_SIGNED = 50_000;

/** Longer than anybody needs for what is sent here. */
const PATIENCE_SECONDS = 900;

/** So many deliveries, as fast as they are taken, to whoever is cold. */
export function allOf(bench: Bench, count: number): Omit<LoadPlan, 'url'> {
  return {
    requests: bench.deliveries(),
    connections: CONNECTIONS,
    pace: 'as replies come',
    warmUp: 0,
    settleSeconds: 0,
    count,
    seconds: PATIENCE_SECONDS,
    ahead: Math.min(count, MOST_SIGNED),
    persistent: true,
  };
}

/** At a rate, for so long, which counts when the rate was kept for `settleSeconds` already. */
export function atRate(
  bench: Bench,
  perSecond: number,
  seconds: number,
  settleSeconds = 0,
): Omit<LoadPlan, 'url'> {
  return {
    requests: bench.deliveries(),
    connections: MOST_CONNECTIONS,
    pace: { perSecond },
    warmUp: warmUpOf(bench),
    settleSeconds,
    count: Infinity,
    seconds,
    ahead: Math.ceil(perSecond * (settleSeconds + seconds)),
  };
}

/** New, known, too many, too busy. */
const ANSWERS = [202, 200, 429, 503];

/** The same, and none at all: whoever persists sends that again, too. */
const ANSWERS_TO_THE_PERSISTENT = [...ANSWERS, 0];

/** A load, and what it cost. */
export interface Loaded extends LoadOutcome {
  /** Microseconds a reply: of all programs of the site, and of PostgreSQL. */
  readonly cpuMicros: number;
  readonly databaseCpuMicros: number;
  readonly senderCpuMicros: number;
}

/**
 * Sends a load to a program of the site.
 *
 * @throws if it was not answered as a service answers that may be too busy, or not all was sent that was to be
 */
export async function load(
  site: Site,
  program: RunningProgram,
  plan: Omit<LoadPlan, 'url'>,
): Promise<Loaded> {
  const { loaded } = await loadWarm(site, program, plan, () => Promise.resolve());
  return loaded;
}

/**
 * The same, with something to do between the warm-up and the first request that counts.
 *
 * @param whenWarm gives `warm`
 */
export async function loadWarm<Warm>(
  site: Site,
  program: RunningProgram,
  plan: Omit<LoadPlan, 'url'>,
  whenWarm: () => Promise<Warm>,
): Promise<{ readonly loaded: Loaded; readonly warm: Warm }> {
  const sender = new Load();
  try {
    await program.during(sender.prepare({ url: program.url, ...plan }));
    const warm = await whenWarm();
    const before = site.cpu();
    const outcome = await program.during(sender.send());
    const after = site.cpu();
    const usual = plan.persistent === true ? ANSWERS_TO_THE_PERSISTENT : ANSWERS;
    const strange = Object.keys(outcome.statuses).filter((status) => !usual.includes(Number(status)));
    if (strange.length > 0) throw new Error(`It was answered ${JSON.stringify(outcome.statuses)}`);
    if (outcome.answered < plan.count && plan.count < Infinity)
      throw new Error(`Only ${outcome.answered} of ${plan.count} were acknowledged in ${plan.seconds} s`);
    const each = (seconds: number): number => (seconds * 1_000_000) / outcome.answered;
    const costs = {
      cpuMicros: each(after.programs - before.programs),
      databaseCpuMicros: each(after.database - before.database),
      senderCpuMicros: each(outcome.cpuSeconds),
    };
    return { loaded: { ...outcome, ...costs }, warm };
  } finally {
    sender.close();
  }
}

/** What a load showed, as a measurement of the contender. */
export function toMeasurement(
  contender: Contender,
  what: string,
  loaded: Loaded,
  program: RunningProgram,
): Measurement {
  const { perSecond, latencies, refused, cpuMicros, databaseCpuMicros, senderCpuMicros } = loaded;
  return {
    contender: contender.name,
    what,
    perSecond,
    ...quantilesOf(latencies),
    cpuMicros: known(cpuMicros),
    databaseCpuMicros: known(databaseCpuMicros),
    senderCpuMicros,
    peakMegabytes: program.figures()?.peakMegabytes,
    note: refused > 0 ? `${refused} refused` : undefined,
  };
}

/** Of one figure of two measurements, how many times the second goes into the first; NaN if one is not there. */
export function ratio(
  figure: 'perSecond' | 'completedPerSecond' | 'p99',
  one: Measurement | undefined,
  other: Measurement | undefined,
): number {
  return (one?.[figure] ?? NaN) / (other?.[figure] ?? NaN);
}

function known(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}
