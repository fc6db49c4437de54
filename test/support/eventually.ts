import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until there is an answer, and once more when the time is over: a question that was asked before
 * may have been answered late, and tells of before.
 *
 * @param ask gives undefined as long as there is none
 * @param describe says what was waited for, when it did not come in time
 * @param everyMs milliseconds between two questions
 */
export async function eventually<Answer>(
  ask: () => Promise<Answer | undefined> | Answer | undefined,
  withinMs: number,
  describe: () => string,
  everyMs = 20,
): Promise<Answer> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const isLast = Date.now() > deadline;
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (isLast) throw new Error(`Not within ${withinMs} ms: ${describe()}`);
    await sleep(everyMs);
  }
}
