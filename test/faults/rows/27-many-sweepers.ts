import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { FaultRow } from '../arena/fault-row.js';

/** Nothing is queued by whoever records it, so that three sweepers at a time find every run. */
export const manySweepers: FaultRow = {
  number: 27,
  title: 'Three sweepers at once, and nobody else who queues',
  backends: QUEUE_BACKENDS,
  shortForm: [],
  recovery: { of: 'from the last acknowledgement to all settled', limitMs: 60_000 },
  deadlineMs: 180_000,
  async run(arena) {
    const withoutOffers = {
      failpoints: [{ at: 'dispatch/Dispatcher.offer', when: 'before', then: 'skip' }],
    } as const;
    await Promise.all([arena.start(withoutOffers), arena.start(withoutOffers), arena.start(withoutOffers)]);
    const traffic = arena.traffic({ count: arena.scale(200, 1_500) });
    await traffic.ended();
    const recoveryMs = await arena.untilSettled(90_000);
    return { injected: `${traffic.acknowledged} runs not offered`, recoveryMs };
  },
};
