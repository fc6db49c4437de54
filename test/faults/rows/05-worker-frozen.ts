import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QUEUE_BACKENDS } from '../../support/backends.js';
import { eventually } from '../../support/eventually.js';
import type { FaultRow } from '../arena/fault-row.js';
import { isFrozen, isTakenOver, staysFor, takenOver } from './taken-over.js';

const EVENTS = 100;

/**
 * The worker stops just before an effect. Another one takes the run over and stands at the same place, when the
 * first wakes: only the epoch can tell then whose the effect is.
 */
export const workerFrozen: FaultRow = {
  number: 5,
  title: 'Worker is frozen past its leases, and wakes',
  backends: QUEUE_BACKENDS,
  shortForm: ['redis'],
  recovery: { of: 'from the waking to all settled', limitMs: 30_000 },
  deadlineMs: 180_000,
  async run(arena) {
    const gate = join(arena.folder, 'gate');
    const frozen = await arena.start({
      failpoints: [{ at: 'store/StepStore.keepEntity', when: 'before', call: 10, then: 'freeze' }],
    });
    // Whatever gets through before the freeze waits for the reply of the mail server.
    arena.mail.hold();
    const traffic = arena.traffic({ mix: { payment: 1 }, count: EVENTS });
    await eventually(
      () => isFrozen(frozen) || undefined,
      30_000,
      () => 'the worker did not freeze',
    );
    const frozenAt = performance.now();
    arena.withdraw(frozen);
    await arena.start({
      failpoints: [{ at: 'store/StepStore.keepEntity', when: 'before', then: 'wait', file: gate }],
      // Enough for the new ones and those that are taken over to be in hand at the same time.
      env: { WORKER_CONCURRENCY: String(2 * EVENTS) },
    });
    await arena.untilRuns(isTakenOver, (count) => count > 0, 60_000);
    await arena.untilRuns(`status = 'running' AND lease_until < now()`, (count) => count === 0, 60_000);
    await staysFor(arena.scale(0, 40_000), frozenAt);

    process.kill(frozen.pid, 'SIGCONT');
    const wokenAt = performance.now();
    const fenced = eventually(
      () => takenOver(frozen) || undefined,
      10_000,
      () => 'the worker did not notice',
    );
    await fenced.catch(() => undefined);
    writeFileSync(gate, '');
    arena.mail.release();
    await arena.untilSettled(60_000);
    const recoveryMs = performance.now() - wokenAt;
    await fenced;

    await traffic.ended();
    const more = arena.traffic();
    await more.acknowledge(arena.scale(50, 1_000));
    await more.stop();
    return {
      injected: `frozen for ${Math.round((wokenAt - frozenAt) / 1000)} s`,
      recoveryMs,
      notes: [`${takenOver(frozen)} stale runs refused`],
    };
  },
};
