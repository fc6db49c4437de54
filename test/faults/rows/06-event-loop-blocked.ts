import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { QUEUE_BACKENDS } from '../../support/backends.js';
import { eventually } from '../../support/eventually.js';
import type { FaultRow } from '../arena/fault-row.js';
import { isTakenOver, staysFor, takenOver } from './taken-over.js';

/** Connections of a service to its mail server, each with an e-mail under way. */
const UNDER_WAY = 5;

export const eventLoopBlocked: FaultRow = {
  number: 6,
  title: "Worker's event loop is blocked past its leases",
  backends: QUEUE_BACKENDS,
  shortForm: [],
  recovery: { of: 'from the end of the block to all settled', limitMs: 30_000 },
  deadlineMs: 180_000,
  async run(arena) {
    const gate = join(arena.folder, 'gate');
    const preload = [resolve('test/faults/preload/block-event-loop.mjs')];
    const blocked = await arena.start({ role: 'worker', preload, env: { FAULTS_GATE: gate } });
    arena.mail.hold();
    await arena.start({ role: 'api' });
    const traffic = arena.traffic({ count: arena.scale(100, 1_000) });
    await eventually(
      () => arena.mail.waiting >= UNDER_WAY || undefined,
      30_000,
      () => 'no e-mails are under way',
    );
    blocked.child.kill('SIGUSR2');
    await eventually(
      () => existsSync(`${gate}.reached`) || undefined,
      10_000,
      () => 'it is not blocked',
    );
    const blockedAt = performance.now();
    // The replies reach only whoever can read them.
    arena.mail.release();
    await arena.start();
    await arena.untilRuns(isTakenOver, (count) => count > 0, 60_000);
    await staysFor(arena.scale(0, 40_000), blockedAt);

    writeFileSync(gate, '');
    const freedAt = performance.now();
    await eventually(
      () => takenOver(blocked) || undefined,
      20_000,
      () => 'the worker did not notice',
    );
    await traffic.ended();
    await arena.untilSettled(60_000);
    return {
      injected: `blocked for ${Math.round((freedAt - blockedAt) / 1000)} s`,
      recoveryMs: performance.now() - freedAt,
      notes: [`${takenOver(blocked)} stale runs refused`],
    };
  },
};
