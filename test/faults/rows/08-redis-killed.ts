import type { FaultRow } from '../arena/fault-row.js';
import { demandNoRefusals } from './demands.js';

export const redisKilled: FaultRow = {
  number: 8,
  title: 'Redis is killed and comes back with its file, then with nothing',
  backends: ['redis'],
  shortForm: [],
  redisKeepsData: true,
  recovery: { of: 'from its return to all settled', limitMs: 90_000 },
  deadlineMs: 400_000,
  async run(arena) {
    await arena.start({ role: 'api' });
    let recoveryMs = 0;
    for (const what of ['with its data', 'empty'] as const) {
      // So that there is something in the queue to be lost.
      const traffic = arena.traffic({ senders: 32, count: arena.scale(200, 1_000) });
      await traffic.ended();
      demandNoRefusals(traffic);
      await arena.redis.goDown('SIGKILL');
      await arena.redis.comeBack(what);
      const backAt = performance.now();
      const worker = await arena.start({ role: 'worker' });
      await arena.untilSettled(150_000);
      recoveryMs = Math.max(recoveryMs, performance.now() - backAt);
      await worker.end('SIGTERM');
    }
    return { injected: '2 kills', recoveryMs };
  },
};
