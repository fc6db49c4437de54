import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Arena } from '../arena/arena.js';
import type { TestService } from '../../support/service.js';

/** Of a run: another worker has it since its first one's lease ran out. */
export const isTakenOver = 'crashes > 0';

/** How many runs a worker has found to be another's when it wanted to write. */
export function takenOver({ lines }: TestService): number {
  return lines.filter((line) => line.includes('Run was taken over by another worker')).length;
}

/** Whether the process was stopped by SIGSTOP. */
export function isFrozen({ pid }: TestService): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
}

/** Waits until all that is in anybody's hands now has come to its end, and gives its number. */
export async function untilHandsAreEmpty(arena: Arena, withinMs: number): Promise<number> {
  const inHand = await arena.findRuns('lease_until IS NOT NULL');
  const areOpen = 'id = ANY ($1) AND finished_at IS NULL';
  await arena.untilRuns(areOpen, (count) => count === 0, withinMs, inHand);
  return inHand.length;
}

/** Waits until a state that began then, by `performance.now()`, has lasted so many milliseconds. */
export async function staysFor(ms: number, since: number): Promise<void> {
  await sleep(Math.max(0, since + ms - performance.now()));
}
