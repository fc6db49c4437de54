import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender } from '../contenders/contender.js';
import type { Site } from '../ground/site.js';

/** Milliseconds from one look at the database to the next: looking costs what is measured. */
const LOOK_MS = 250;

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
