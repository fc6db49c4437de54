import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { FaultRow } from '../arena/fault-row.js';
import { untilPaused } from './paused-queue.js';
import { emptyQueue } from './queue-loss.js';

/** 20 ms, 40 ms and so on: attempts that nobody holds back are used up within some five seconds. */
const ATTEMPTS = { MAX_ATTEMPTS: '8', RETRY_BASE_MS: '20' };

export const providerOutOfOrder: FaultRow = {
  number: 29,
  title: "Everything that is done for a provider's events fails for a while",
  backends: QUEUE_BACKENDS,
  shortForm: ['redis'],
  recovery: { of: 'from the end of it to all settled', limitMs: 60_000 },
  deadlineMs: 240_000,
  async run(arena) {
    const [cooldownMs, outageMs] = arena.scale([2_000, 8_000], [6_000, 30_000]);
    const cure = join(arena.folder, 'cure');
    await arena.start({
      preload: [resolve('test/faults/preload/poison-workflow.mjs')],
      env: { ...ATTEMPTS, CIRCUIT_COOLDOWN_MS: String(cooldownMs), FAULTS_CURE: cure },
    });
    const mix = { poison: 0.5, payment: 0.5 };
    const traffic = arena.traffic({ senders: 8, pauseMs: arena.scale(150, 60), mix });
    await traffic.acknowledge(20);
    await untilPaused(arena, 'github');
    await emptyQueue(arena);
    await untilPaused(arena, 'github');
    await sleep(outageMs);
    const others = await arena.countRuns(`provider = 'stripe' AND status = 'completed'`);
    if (others === 0) throw new Error('The other provider was held up, too');

    writeFileSync(cure, '');
    const curedAt = performance.now();
    await traffic.acknowledge(arena.scale(30, 600));
    await traffic.stop();
    await arena.untilSettled(120_000);
    return {
      injected: `${outageMs / 1_000} s`,
      recoveryMs: performance.now() - curedAt,
      notes: [`${others} of another provider done meanwhile`],
    };
  },
};
