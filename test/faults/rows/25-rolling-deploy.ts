import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { FaultRow } from '../arena/fault-row.js';
import { demandNoRefusals } from './demands.js';

/** As a load balancer does it: the new one is ready, the old one gets nothing more, then it is stopped. */
export const rollingDeploy: FaultRow = {
  number: 25,
  title: 'Rolling deploys: stopped in order under load',
  backends: QUEUE_BACKENDS,
  shortForm: ['redis'],
  recovery: { of: 'from the last stop to all settled', limitMs: 10_000 },
  deadlineMs: 300_000,
  async run(arena) {
    const deploys = arena.scale(2, 20);
    let service = await arena.start();
    const traffic = arena.traffic({ senders: 8, pauseMs: 150 });
    for (let deploy = 0; deploy < deploys; deploy++) {
      await traffic.acknowledge(30);
      const next = await arena.start();
      arena.withdraw(service);
      const code = await service.end('SIGTERM');
      if (code !== 0) throw new Error(`A service that was asked to stop ended with ${code}`);
      service = next;
    }
    await traffic.stop();
    demandNoRefusals(traffic);
    const recoveryMs = await arena.untilSettled(60_000);
    const crashes = await arena.countRuns('crashes > 0');
    if (crashes > 0) throw new Error(`${crashes} runs were left in the hands of a service that was stopped`);
    return { injected: `${deploys} deploys`, recoveryMs, notes: ['0 runs left behind'] };
  },
};
