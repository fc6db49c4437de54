import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until there is an answer.
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
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${describe()}`);
    await sleep(everyMs);
  }
}
