import { setTimeout as sleep } from 'node:timers/promises';
import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { Arena } from '../arena/arena.js';
import type { FaultRow } from '../arena/fault-row.js';
import { demandOfTill, withOrders } from './orders.js';

/** So that its attempts would be used up long before the target is back. */
const IMPATIENT = { MAX_ATTEMPTS: '8', RETRY_BASE_MS: '20', CIRCUIT_COOLDOWN_MS: '1000' };

/**
 * With their circuit open runs wait, and no attempt of theirs is used up. Their queue goes on for all others: events
 * of the same provider that need nothing of the target are done meanwhile.
 */
export const targetOutOfOrder: FaultRow = {
  number: 23,
  title: 'What workflows send to is out of order, and says so (503)',
  backends: QUEUE_BACKENDS,
  shortForm: [],
  recovery: { of: 'from its being back to all settled', limitMs: 60_000 },
  deadlineMs: 300_000,
  async run(arena) {
    const orders = withOrders('pays');
    await arena.start({ ...orders, env: { ...orders.env, ...IMPATIENT } });
    const traffic = arena.traffic({
      senders: 8,
      pauseMs: arena.scale(150, 60),
      mix: { order: 0.5, push: 0.5 },
    });
    await traffic.acknowledge(arena.scale(30, 300));
    arena.till.usually = 'down';
    await untilOpen(arena);
    const openedAt = performance.now();
    const before = arena.till.received.length;
    await sleep(arena.scale(5_000, 30_000));
    const asked = arena.till.received.length - before;
    const seconds = (performance.now() - openedAt) / 1_000;
    // One probe a cool-down; anything near the rate of the events would be no circuit breaker.
    if (asked > 3 * seconds + 5)
      throw new Error(`The target was asked ${asked} times while it was out of order`);
    await arena.untilRuns(
      `workflow = 'github-push' AND finished_at > now() - interval '2 seconds'`,
      (n) => n > 0,
      5_000,
    );

    arena.till.usually = 'take';
    const backAt = performance.now();
    await traffic.acknowledge(arena.scale(30, 300));
    await traffic.stop();
    await arena.untilSettled(120_000);
    const recoveryMs = performance.now() - backAt;
    const charged = [...arena.sent.values()].filter((kind) => kind === 'order').length;
    demandOfTill(arena, charged, ['charge']);
    return {
      injected: `503 for ${Math.round(seconds)} s`,
      recoveryMs,
      notes: [`asked ${asked} times meanwhile`, `${charged} charged once`],
    };
  },
};

async function untilOpen(arena: Arena): Promise<void> {
  await arena.untilRuns('waiting_on IS NOT NULL', (count) => count > 0, 30_000);
}
