import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { FaultRow } from '../arena/fault-row.js';

/** The peer has forgotten the connections and nobody was told; new ones work at once. */
export const halfOpenConnections: FaultRow = {
  number: 12,
  title: 'Connections to the queue (in PostgreSQL: to the database as well) are half open',
  backends: QUEUE_BACKENDS,
  shortForm: [],
  // 30 s is the socket timeout of src/platform/queue.
  recovery: {
    of: 'from the break to the first completed run of an event that came after it',
    limitMs: 35_000,
  },
  deadlineMs: 240_000,
  async run(arena) {
    await arena.start();
    const traffic = arena.traffic({ senders: 8, pauseMs: 60 });
    await traffic.acknowledge(arena.scale(40, 400));
    const { relay } = arena.queue === 'redis' ? arena.redis : arena.postgres;
    const now = await arena.readClock();
    relay.blackHole();
    const brokenAt = performance.now();
    relay.heal();
    const isNew = `status = 'completed' AND created_at > $1::timestamptz + interval '1 second'`;
    await arena.untilRuns(isNew, (count) => count > 0, 120_000, now);
    const recoveryMs = performance.now() - brokenAt;
    await traffic.acknowledge(arena.scale(40, 600));
    await traffic.stop();
    return { injected: 'all connections', recoveryMs };
  },
};
