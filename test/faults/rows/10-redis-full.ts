import type { FaultRow } from '../arena/fault-row.js';
import { demandNoRefusals } from './demands.js';

/** Less than an empty Redis has, so that it takes nothing from the first moment. */
const MAXMEMORY = '1mb';

export const redisFull: FaultRow = {
  number: 10,
  title: 'Redis has no memory left',
  backends: ['redis'],
  shortForm: ['redis'],
  recovery: { of: 'from its having memory again to all settled', limitMs: 30_000 },
  deadlineMs: 180_000,
  async run(arena) {
    await arena.start();
    const traffic = arena.traffic({ senders: 8, pauseMs: arena.scale(100, 40) });
    await traffic.acknowledge(40);
    await arena.redis.command('CONFIG', 'SET', 'maxmemory', MAXMEMORY);
    // Proves that the fault is there: what comes now cannot be queued.
    await arena.untilRuns('queued_at IS NULL', (count) => count > arena.scale(40, 1_000), 90_000);
    await traffic.stop();
    demandNoRefusals(traffic);
    await arena.redis.command('CONFIG', 'SET', 'maxmemory', '0');
    return { injected: `maxmemory ${MAXMEMORY}`, recoveryMs: await arena.untilSettled(90_000) };
  },
};
