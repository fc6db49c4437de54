import { resolve } from 'node:path';
import { QUEUE_BACKENDS } from '../../support/backends.js';
import { sampleBody, stripeDelivery } from '../../support/deliveries.js';
import type { FaultRow } from '../arena/fault-row.js';

const MINUTE_MS = 60_000;

/** One worker is five minutes ahead, another as much behind: leases go by the clock of the database alone. */
export const clockSkew: FaultRow = {
  number: 18,
  title: 'Clocks are 5 minutes off, in both directions',
  backends: QUEUE_BACKENDS,
  shortForm: [],
  recovery: { of: 'from the last acknowledgement to all settled', limitMs: 30_000 },
  deadlineMs: 180_000,
  async run(arena) {
    const skewed = (role: 'api' | 'worker', minutes: number) =>
      arena.start({
        role,
        preload: [resolve('test/faults/preload/clock-skew.mjs')],
        env: { FAULTS_SKEW_MS: String(minutes * MINUTE_MS) },
      });
    await skewed('worker', 5);
    await skewed('worker', -5);
    // Stripe's signatures hold for five minutes.
    await skewed('api', 4);
    const traffic = arena.traffic();
    await traffic.acknowledge(arena.scale(100, 1_000));
    await traffic.stop();
    const recoveryMs = await arena.untilSettled(60_000);

    const late = await skewed('api', 6);
    const body = sampleBody('stripe', 'payment_intent.succeeded');
    const reply = await arena.deliver(stripeDelivery(arena, body), String(body['id']), 'payment', late);
    if (reply.status !== 400)
      throw new Error(`A signature that is 6 minutes old was answered ${reply.status}`);
    const takenOver = await arena.countRuns('crashes > 0');
    if (takenOver > 0) throw new Error(`${takenOver} leases were taken for expired`);
    return { injected: '+5 and −5 min', recoveryMs, notes: ['0 leases lost'] };
  },
};
