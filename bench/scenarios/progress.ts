import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender } from '../contenders/contender.js';
import type { Site } from '../ground/site.js';

/** Milliseconds from one look at the database to the next: looking costs what is measured. */
const LOOK_MS = 250;

/** Seconds within which everybody has worked off what has warmed them up. */
const IDLE_WITHIN = 120;

/** How many events are recorded, and how many of them completed. */
export async function readProgress(
  site: Site,
  { counts }: Contender,
): Promise<{ recorded: number; completed: number }> {
  const recorded = await site.count(counts.recorded);
  const completed = counts.completed === undefined ? 0 : await site.count(counts.completed);
  return { recorded, completed };
}

/**
 * Waits until so many events are completed, but not longer than that.
 *
 * @returns how many are
 */
export async function untilCompleted(
  site: Site,
  { counts }: Contender,
  wanted: number,
  seconds: number,
): Promise<number> {
  if (counts.completed === undefined) throw new Error('Its worker leaves nothing to be counted');
  const deadline = performance.now() + seconds * 1_000;
  for (;;) {
    const completed = await site.count(counts.completed);
    if (completed >= wanted || performance.now() > deadline) return completed;
    await sleep(LOOK_MS);
  }
}

/**
 * Waits until everything is completed that is recorded, so that what has warmed a contender up is no part of what is
 * measured.
 *
 * @returns what is measured is received at this time or later, by the clock of the database; and how many were before
 * @throws if it takes too long
 */
export async function untilIdle(site: Site, contender: Contender): Promise<{ since: Date; earlier: number }> {
  const { recorded } = await readProgress(site, contender);
  const completed = await untilCompleted(site, contender, recorded, IDLE_WITHIN);
  if (completed < recorded)
    throw new Error(`${recorded - completed} events of the warm-up are open after ${IDLE_WITHIN} s`);
  const { rows } = await site.pool.query<{ since: Date }>('SELECT clock_timestamp() AS since');
  return { since: rows[0]?.since ?? new Date(), earlier: recorded };
}
