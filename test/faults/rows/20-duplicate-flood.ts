import { QUEUE_BACKENDS } from '../../support/backends.js';
import { sampleBody, stripeDelivery } from '../../support/deliveries.js';
import { inParallel } from '../../support/in-parallel.js';
import type { FaultRow } from '../arena/fault-row.js';

const COPIES = 1_000;
const AT_A_TIME = 50;

export const duplicateFlood: FaultRow = {
  number: 20,
  title: 'One event 1,000 times over 50 connections to two services',
  backends: QUEUE_BACKENDS,
  shortForm: ['redis'],
  recovery: { of: 'from the last reply to all settled', limitMs: 10_000 },
  deadlineMs: 120_000,
  async run(arena) {
    const floods = arena.scale(1, 3);
    await arena.start();
    await arena.start();
    for (let flood = 0; flood < floods; flood++) {
      const body = sampleBody('stripe', 'payment_intent.succeeded');
      const delivery = stripeDelivery(arena, body);
      const statuses = await inParallel(
        Array<typeof delivery>(COPIES).fill(delivery),
        AT_A_TIME,
        async (copy) => {
          const { status } = await arena.deliver(copy, String(body['id']), 'payment');
          return status;
        },
      );
      const accepted = statuses.filter((status) => status === 202).length;
      const known = statuses.filter((status) => status === 200).length;
      if (accepted !== 1 || known !== COPIES - 1)
        throw new Error(`${accepted} were accepted, ${known} known`);
    }
    const recoveryMs = await arena.untilSettled(30_000);
    const runs = await arena.countRuns('true');
    if (runs !== floods) throw new Error(`There are ${runs} runs for ${floods} events`);
    return { injected: `${floods} × ${COPIES} copies`, recoveryMs };
  },
};
