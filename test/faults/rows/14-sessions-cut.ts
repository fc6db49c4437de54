import { setTimeout as sleep } from 'node:timers/promises';
import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { FaultRow } from '../arena/fault-row.js';
import { cutSessions } from './sessions.js';

export const sessionsCut: FaultRow = {
  number: 14,
  title: 'All database sessions are cut, again and again',
  backends: QUEUE_BACKENDS,
  shortForm: ['postgres'],
  recovery: { of: 'from the last cut to the next completed run', limitMs: 10_000 },
  deadlineMs: 180_000,
  async run(arena) {
    const cuts = arena.scale(10, 60);
    const service = await arena.start();
    const traffic = arena.traffic({ senders: 16, pauseMs: arena.scale(150, 60) });
    await traffic.acknowledge(arena.scale(40, 500));
    let sessions = 0;
    for (let cut = 0; cut < cuts; cut++) {
      sessions += await cutSessions(arena);
      await sleep(100 + arena.random() * 500);
    }
    const recoveryMs = await arena.untilNextCompletion(60_000);
    await traffic.acknowledge(arena.scale(40, 500));
    await traffic.stop();
    if (!arena.services.includes(service)) throw new Error('The service did not live through it');
    return { injected: `${cuts} cuts of ${sessions} sessions`, recoveryMs };
  },
};
