import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { Failpoint } from '../arena/failpoints.js';
import type { FaultRow } from '../arena/fault-row.js';
import { demandOfTill, withOrders } from './orders.js';
import { untilHandsAreEmpty } from './taken-over.js';

/** Around every write of a compensation, and around the end of it all. */
const PLACES = [
  { at: 'store/StepStore.begin', when: 'after', about: 'charge:compensation' },
  { at: 'store/StepStore.finish', when: 'before', about: 'reserve:compensation' },
  { at: 'store/StepStore.begin', when: 'before', about: 'charge:compensation' },
  { at: 'store/StepStore.finish', when: 'before', about: 'charge:compensation' },
  { at: 'store/StepStore.finish', when: 'after', about: 'charge:compensation' },
  { at: 'store/StepStore.begin', when: 'before', about: 'reserve:compensation' },
  { at: 'store/StepStore.begin', when: 'after', about: 'reserve:compensation' },
  { at: 'store/StepStore.finish', when: 'after', about: 'reserve:compensation' },
  { at: 'store/RunStore.settle', when: 'before', about: 'compensated' },
  { at: 'store/RunStore.settle', when: 'after', about: 'compensated' },
] as const satisfies readonly Pick<Failpoint, 'at' | 'when' | 'about'>[];

export const deathWhileUndoing: FaultRow = {
  number: 26,
  title: 'Worker dies in every step of a compensation',
  backends: QUEUE_BACKENDS,
  shortForm: ['redis'],
  recovery: { of: 'from the last death to the end of all that was in hand', limitMs: 60_000 },
  deadlineMs: 300_000,
  expectation: { deadLetters: ({ status, code }) => status === 'compensated' && code === 'input_invalid' },
  async run(arena) {
    const places = PLACES.slice(0, arena.scale(2, PLACES.length));
    const wishes = withOrders('fails');
    await arena.start({ ...wishes, role: 'api' });
    // So that what the dead leave does not have to stand in a long queue.
    await arena.start({ ...wishes, role: 'worker' });
    const traffic = arena.traffic({ senders: 8, pauseMs: arena.scale(300, 200), mix: { order: 1 } });
    for (const place of places) {
      const call = 3 + Math.floor(arena.random() * 5);
      await arena.death(
        await arena.start({ ...wishes, role: 'worker', failpoints: [{ ...place, call, then: 'kill' }] }),
      );
    }
    const diedAt = performance.now();
    const inHand = await untilHandsAreEmpty(arena, 120_000);
    const recoveryMs = performance.now() - diedAt;
    await traffic.stop();
    await arena.untilSettled(120_000);
    demandOfTill(arena, arena.sent.size, ['reserve', 'charge', 'refund', 'release']);
    return {
      injected: `${places.length} deaths`,
      recoveryMs,
      notes: [`${inHand} runs in hand at last`, 'each undone once, in reverse order'],
    };
  },
};
