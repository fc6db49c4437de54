import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { FaultRow } from '../arena/fault-row.js';
import { emptyQueue } from './queue-loss.js';

/** Everything that the queue knows is gone from one moment to the next, while it goes on working. */
export const queueEmptied: FaultRow = {
  number: 9,
  title: 'The queue is emptied under load (FLUSHALL, TRUNCATE)',
  backends: QUEUE_BACKENDS,
  shortForm: [],
  recovery: { of: 'from the loss to a new job for all that waited', limitMs: 60_000 },
  deadlineMs: 400_000,
  async run(arena) {
    const waiting = arena.scale(500, 10_000);
    await arena.start({ role: 'api' });
    await arena.traffic({ senders: 48, pauseMs: 0, mix: { star: 1 }, count: waiting }).ended();
    await arena.untilRuns('queued_at IS NULL', (count) => count === 0, 30_000);
    const traffic = arena.traffic({ senders: 8 });
    await emptyQueue(arena);
    const recoveryMs = await arena.untilRuns('dispatches > 1', (count) => count >= waiting, 120_000);
    await traffic.stop();
    await arena.start({ role: 'worker' });
    await arena.untilSettled(240_000);
    return { injected: `${waiting} jobs lost`, recoveryMs };
  },
};
