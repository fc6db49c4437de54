import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { FaultRow } from '../arena/fault-row.js';

/** What is recorded and was never queued is found by the sweeper of whoever is left. */
export const apiDiesBeforeEnqueue: FaultRow = {
  number: 3,
  title: 'API dies between commit and enqueue',
  backends: QUEUE_BACKENDS,
  shortForm: [],
  recovery: { of: 'from the last death to a job for all that was recorded', limitMs: 4_000 },
  deadlineMs: 180_000,
  async run(arena) {
    const deaths = arena.scale(2, 10);
    await arena.start({ role: 'worker' });
    // So that there is a time at which nobody is left to send again what was recorded.
    const traffic = arena.traffic({ senders: 8, pauseMs: arena.scale(300, 100) });
    let recoveryMs = 0;
    for (let death = 1; death <= deaths; death++) {
      const api = await arena.start({
        role: 'api',
        failpoints: [
          {
            at: 'dispatch/Dispatcher.makeJobs',
            when: 'before',
            call: 20 + Math.floor(arena.random() * 60),
            then: 'kill',
          },
        ],
      });
      await arena.death(api);
      recoveryMs = Math.max(
        recoveryMs,
        await arena.untilRuns('queued_at IS NULL', (count) => count === 0, 20_000),
      );
    }
    await arena.start({ role: 'api' });
    await traffic.acknowledge(arena.scale(50, 300));
    await traffic.stop();
    return { injected: `${deaths} deaths`, recoveryMs };
  },
};
