import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { FaultRow } from '../arena/fault-row.js';
import { demandOfTill, withOrders } from './orders.js';

/** The recipient of Stripe's sample. */
const RECIPIENT = 'jenny.rosen@example.com';

/** By its key a request is told from a new one, so it is repeated; an e-mail cannot be, so it is left to a person. */
export const replyLost: FaultRow = {
  number: 24,
  title: 'The target does what it is told, and its reply is lost',
  backends: QUEUE_BACKENDS,
  shortForm: ['postgres'],
  recovery: { of: 'from the last acknowledgement to all settled', limitMs: 60_000 },
  deadlineMs: 240_000,
  async run(arena) {
    const orders = arena.scale(50, 1_000);
    await arena.start(withOrders('pays'));
    // One in ten, so that the target is not taken for one that is out of order.
    for (let number = 0; number < 2 * orders; number += 10) {
      arena.till.plan(`/charge/${number}`, 'take and hang up');
    }
    arena.mail.plan(RECIPIENT, ...Array<'take and hang up'>(5).fill('take and hang up'));
    const traffic = arena.traffic({ senders: 8, mix: { order: 0.9, payment: 0.1 }, count: orders });
    await traffic.ended();
    const recoveryMs = await arena.untilSettled(120_000);
    const lost = arena.till.received.length - arena.till.effects.size;
    if (lost === 0) throw new Error('No request was repeated');
    const charged = [...arena.sent.values()].filter((kind) => kind === 'order').length;
    demandOfTill(arena, charged, ['charge']);
    return { injected: `${lost} replies lost, 5 of e-mail`, recoveryMs, notes: [`${charged} charged once`] };
  },
};
