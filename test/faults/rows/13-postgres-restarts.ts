import { setTimeout as sleep } from 'node:timers/promises';
import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { FaultRow } from '../arena/fault-row.js';

const WAYS = ['fast', 'immediate', 'kill'] as const;

export const postgresRestarts: FaultRow = {
  number: 13,
  title: 'PostgreSQL is restarted: in order, at once, killed',
  backends: QUEUE_BACKENDS,
  shortForm: ['postgres'],
  recovery: { of: 'from its return to the next acknowledged and the next completed event', limitMs: 5_000 },
  deadlineMs: 240_000,
  async run(arena) {
    const restarts = WAYS.length * arena.scale(1, 4);
    const service = await arena.start();
    const traffic = arena.traffic({ senders: 16, pauseMs: arena.scale(300, 60) });
    let recoveryMs = 0;
    for (let restart = 0; restart < restarts; restart++) {
      await traffic.acknowledge(arena.scale(10, 40));
      await sleep(arena.random() * arena.scale(500, 4_000));
      await arena.postgres.goDown(WAYS[restart % WAYS.length] ?? 'kill');
      await sleep(arena.random() * 2_000);
      await arena.postgres.comeBack();
      const backAt = performance.now();
      await Promise.all([traffic.acknowledge(1), arena.untilNextCompletion(60_000)]);
      recoveryMs = Math.max(recoveryMs, performance.now() - backAt);
    }
    await traffic.acknowledge(40);
    await traffic.stop();
    if (!arena.services.includes(service)) throw new Error('The service did not live through it');
    const refused = traffic.refusals.filter(({ status }) => status === 503).length;
    return { injected: `${restarts} restarts`, recoveryMs, notes: [`${refused} × 503`] };
  },
};
