import type { Bench } from '../bench.js';
import type { Contender } from '../contenders/contender.js';
import type { Measurement } from '../figures/measurement.js';
import { allOf, load, warmUpOf } from './loaded.js';
import { untilCompleted } from './progress.js';

export interface Backlog {
  readonly what: string;
  /** Events that are there before the worker starts, beside those that warm it up. */
  readonly backlog: number;
  /** How long it is watched at most, when it is warm. */
  readonly seconds: number;
}

/** Lets a backlog grow while no worker is there, then starts one and measures what it does. */
export async function workThrough(
  bench: Bench,
  contender: Contender,
  { what, backlog, seconds }: Backlog,
): Promise<Measurement> {
  const rate = contender.counts.completedPerSecond;
  if (rate === undefined) throw new Error(`Nobody can tell what the worker of ${contender.name} has done`);
  return bench.onSite(contender, async (site) => {
    const api = await site.start(contender.program('api'));
    const warmUp = warmUpOf(bench);
    await load(site, api, allOf(bench, warmUp + backlog));
    await site.stop(api);
    await site.servers.admin.query('CHECKPOINT');

    const worker = await site.start(contender.program('worker'));
    // Neither its start nor its first events are part of the work.
    const early = await untilCompleted(site, contender, warmUp, seconds);
    const before = site.cpu();
    const completed = await untilCompleted(site, contender, warmUp + backlog, seconds);
    const after = site.cpu();
    // Whoever was through at the first look has cost nothing that can be told.
    const each = (cpuSeconds: number): number | undefined =>
      completed === early ? undefined : (cpuSeconds * 1_000_000) / (completed - early);
    return {
      contender: contender.name,
      what,
      completedPerSecond: await site.count(rate, [warmUp]),
      cpuMicros: each(after.programs - before.programs),
      databaseCpuMicros: each(after.database - before.database),
      peakMegabytes: worker.figures()?.peakMegabytes,
      note:
        completed < warmUp + backlog
          ? `${Math.max(0, completed - warmUp)} of ${backlog} within ${seconds} s`
          : undefined,
    };
  });
}
