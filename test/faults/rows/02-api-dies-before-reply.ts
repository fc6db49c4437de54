import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { FaultRow } from '../arena/fault-row.js';

/** What is recorded and not acknowledged is sent again, and is found to be known. */
export const apiDiesBeforeReply: FaultRow = {
  number: 2,
  title: 'API dies between commit and reply',
  backends: QUEUE_BACKENDS,
  shortForm: ['redis'],
  recovery: { of: 'from the last start to the next acknowledgement', limitMs: 5_000 },
  deadlineMs: 180_000,
  async run(arena) {
    const deaths = arena.scale(2, 10);
    const traffic = arena.traffic({ senders: 16, pauseMs: 80 });
    for (let death = 1; death <= deaths; death++) {
      const call = 20 + Math.floor(arena.random() * 60);
      await arena.death(
        await arena.start({
          failpoints: [{ at: 'store/EventStore.record', when: 'after', call, then: 'kill' }],
        }),
      );
    }
    await arena.start();
    const startedAt = performance.now();
    await traffic.acknowledge(1);
    const recoveryMs = performance.now() - startedAt;
    await traffic.acknowledge(arena.scale(20, 200));
    await traffic.stop();

    const known = traffic.replies.filter(({ status }) => status === 200).length;
    if (known === 0) throw new Error('Nothing that was recorded before a death was sent again');
    return { injected: `${deaths} deaths`, recoveryMs, notes: [`${known} known when sent again`] };
  },
};
