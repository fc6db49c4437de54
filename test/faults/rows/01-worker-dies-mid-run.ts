import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { Failpoint } from '../arena/failpoints.js';
import type { FaultRow } from '../arena/fault-row.js';
import { untilHandsAreEmpty } from './taken-over.js';

/** Around every write of a run: the effect, the intent of an effect, its outcome, and the end of the run. */
const PLACES = [
  { at: 'store/StepStore.begin', when: 'after' },
  { at: 'store/RunStore.settle', when: 'before' },
  { at: 'store/StepStore.keepEntity', when: 'before' },
  { at: 'store/StepStore.keepEntity', when: 'after' },
  { at: 'store/StepStore.finish', when: 'before' },
  { at: 'store/RunStore.settle', when: 'after' },
] as const satisfies readonly Pick<Failpoint, 'at' | 'when'>[];

export const workerDiesMidRun: FaultRow = {
  number: 1,
  title: 'Worker dies in the middle of a run',
  backends: QUEUE_BACKENDS,
  shortForm: ['postgres'],
  recovery: { of: 'from the last death to the end of all that was in hand', limitMs: 20_000 },
  deadlineMs: 240_000,
  async run(arena) {
    const places = PLACES.slice(0, arena.scale(2, PLACES.length));
    await arena.start({ role: 'api' });
    // So that what the dead leave does not have to stand in a long queue.
    await arena.start({ role: 'worker' });
    const traffic = arena.traffic({ senders: 8, pauseMs: arena.scale(400, 150) });
    for (const place of places) {
      const call = 5 + Math.floor(arena.random() * 20);
      const victim = await arena.start({ role: 'worker', failpoints: [{ ...place, call, then: 'kill' }] });
      await arena.death(victim);
    }
    const diedAt = performance.now();
    const inHand = await untilHandsAreEmpty(arena, 60_000);
    const recoveryMs = performance.now() - diedAt;
    await traffic.stop();
    return {
      injected: `${places.length} deaths`,
      recoveryMs,
      notes: [`${inHand} runs in hand at last`],
    };
  },
};
