import { setTimeout as sleep } from 'node:timers/promises';
import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { FaultRow } from '../arena/fault-row.js';

/** The service runs as a newcomer runs it; every other kill takes its database along, as a power failure would. */
export const powerFailure: FaultRow = {
  number: 4,
  title: 'Killed at random moments under load, half the time with its database',
  backends: QUEUE_BACKENDS,
  shortForm: [],
  embeddedDatabase: true,
  recovery: { of: 'from the last start to all settled', limitMs: 60_000 },
  deadlineMs: 240_000,
  async run(arena) {
    const kills = arena.scale(3, 20);
    let service = await arena.start();
    const traffic = arena.traffic({ senders: 48, pauseMs: 80 });
    for (let kill = 1; kill <= kills; kill++) {
      await sleep(300 + arena.random() * 2_000);
      if (kill % 2 === 0) arena.embedded.kill();
      await service.killGroup();
      service = await arena.start();
    }
    await traffic.acknowledge(20);
    await traffic.stop();
    return { injected: `${kills} kills`, recoveryMs: await arena.untilSettled(90_000) };
  },
};
