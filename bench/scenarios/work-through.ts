import type { Bench } from '../bench.js';
import type { Contender } from '../contenders/contender.js';
import type { Measurement } from '../figures/measurement.js';
import { allOf, load } from './loaded.js';
import { readProgress, untilCompleted } from './progress.js';

export interface Backlog {
  readonly what: string;
  /** Events that are there before the worker starts. */
  readonly backlog: number;
  /** How long it is watched at most. */
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
    await load(site, api, allOf(bench, backlog));
    await site.stop(api);
    await site.servers.admin.query('CHECKPOINT');

    const worker = await site.start(contender.program('worker'));
    // Its start is not part of the work.
    const { completed: early } = await readProgress(site, contender);
    const before = site.cpu();
    const completed = await untilCompleted(site, contender, backlog, seconds);
    const after = site.cpu();
    const each = (cpuSeconds: number): number => (cpuSeconds * 1_000_000) / (completed - early);
    return {
      contender: contender.name,
      what,
      completedPerSecond: await site.count(rate),
      cpuMicros: each(after.programs - before.programs),
      databaseCpuMicros: each(after.database - before.database),
      peakMegabytes: worker.figures()?.peakMegabytes,
      note: completed < backlog ? `${completed} of ${backlog} within ${seconds} s` : undefined,
    };
  });
}
