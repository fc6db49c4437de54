import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRow } from '../arena/fault-row.js';
import { demandNoRefusals } from './demands.js';

/** Longer than a worker waits for its queue, too: after such an outage bullmq 6.1 never took a job again. */
const OUTAGES_S = [5, 20, 60];

export const redisDown: FaultRow = {
  number: 7,
  title: 'Redis is down for a while',
  backends: ['redis'],
  shortForm: ['redis'],
  redisKeepsData: true,
  recovery: { of: 'from its return to the next completed run', limitMs: 10_000 },
  deadlineMs: 240_000,
  async run(arena) {
    const outages = OUTAGES_S.slice(0, arena.scale(1, OUTAGES_S.length));
    await arena.start();
    const traffic = arena.traffic({ senders: 8, pauseMs: 200 });
    let recoveryMs = 0;
    for (const [index, seconds] of outages.entries()) {
      await traffic.acknowledge(40);
      await arena.redis.goDown(index % 2 === 0 ? 'SIGTERM' : 'SIGKILL');
      await sleep(seconds * 1_000);
      await arena.redis.comeBack();
      recoveryMs = Math.max(recoveryMs, await arena.untilNextCompletion(60_000));
    }
    await traffic.acknowledge(40);
    await traffic.stop();
    demandNoRefusals(traffic);
    return { injected: `down for ${outages.join(', ')} s`, recoveryMs };
  },
};
