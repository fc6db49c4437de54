import { QUEUE_BACKENDS } from '../../support/backends.js';
import { sampleBody, stripeDelivery } from '../../support/deliveries.js';
import { inParallel } from '../../support/in-parallel.js';
import type { FaultRow } from '../arena/fault-row.js';

export const conflictingBody: FaultRow = {
  number: 21,
  title: 'The same delivery key comes with another body',
  backends: QUEUE_BACKENDS,
  shortForm: [],
  recovery: { of: 'from the last reply to all settled', limitMs: 30_000 },
  deadlineMs: 120_000,
  async run(arena) {
    const events = arena.scale(50, 1_000);
    await arena.start();
    const forged = await inParallel(Array.from({ length: events }), 16, async () => {
      const body = sampleBody('stripe', 'payment_intent.succeeded');
      const key = String(body['id']);
      const original = await arena.deliver(stripeDelivery(arena, body), key, 'payment');
      const { id } = (await original.json()) as { id: string };
      const other = { ...body, livemode: true };
      const reply = await arena.deliver(stripeDelivery(arena, other), key, 'payment');
      const told = (await reply.json()) as { id: string; conflict?: boolean };
      if (reply.status !== 200 || told.conflict !== true || told.id !== id) {
        throw new Error(`Another body was answered ${reply.status} ${JSON.stringify(told)}`);
      }
      return id;
    });
    const { rows } = await arena.pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM payloads WHERE convert_from(body, 'UTF8')::jsonb ->> 'livemode' = 'true'`,
    );
    if (rows[0]?.count !== 0) throw new Error(`${rows[0]?.count ?? 0} bodies were replaced`);
    return { injected: `${forged.length} other bodies`, recoveryMs: await arena.untilSettled(60_000) };
  },
};
