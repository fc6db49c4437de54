import { writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { QUEUE_BACKENDS } from '../../support/backends.js';
import { eventually } from '../../support/eventually.js';
import type { Arena } from '../arena/arena.js';
import type { FaultRow } from '../arena/fault-row.js';

const MEGABYTE = Buffer.alloc(2 ** 20);

/** PostgreSQL refuses what it cannot write; without room for its log it ends, and recovers when there is some. */
export const diskFull: FaultRow = {
  number: 17,
  title: "PostgreSQL's disk is full",
  backends: QUEUE_BACKENDS,
  shortForm: [],
  smallDisk: true,
  recovery: {
    of: 'from there being room again to the next acknowledged and the next completed event',
    limitMs: 15_000,
  },
  deadlineMs: 300_000,
  async run(arena) {
    const service = await arena.start();
    const traffic = arena.traffic({ senders: 16 });
    await traffic.acknowledge(arena.scale(100, 500));
    const filler = join(arena.folder, 'postgres', 'filler');
    const fillers = fill(filler);
    const isDown = await refusesOrEnds(arena, () => traffic.refusals.length);
    await sleep(2_000);
    for (const name of fillers) rmSync(name);
    if (isDown) await arena.postgres.comeBack();
    const roomAt = performance.now();
    await Promise.all([traffic.acknowledge(1), arena.untilNextCompletion(90_000)]);
    const recoveryMs = performance.now() - roomAt;
    await traffic.acknowledge(arena.scale(100, 500));
    await traffic.stop();
    if (!arena.services.includes(service)) throw new Error('The service did not live through it');
    return {
      injected: isDown ? 'no room, the server ended' : 'no room',
      recoveryMs,
      notes: [`${traffic.refusals.length} refused`],
    };
  },
};

/** Writes until there is no room, and gives the files. */
function fill(prefix: string): string[] {
  const names: string[] = [];
  for (let index = 0; ; index++) {
    const name = `${prefix}-${index}`;
    names.push(name);
    try {
      writeFileSync(name, MEGABYTE);
    } catch {
      return names;
    }
  }
}

/** Waits until deliveries are refused, and tells whether the server has ended over it. */
async function refusesOrEnds(arena: Arena, refusals: () => number): Promise<boolean> {
  const end = arena.postgres.ended.then(() => true);
  const refused = eventually(
    () => refusals() > 50 || undefined,
    120_000,
    () => 'nothing is refused',
  );
  await Promise.race([end, refused]);
  // Where the log has no room the server ends a little after its first session did.
  const ended = await Promise.race([end, sleep(3_000, false)]);
  if (ended) await arena.postgres.relay.down();
  return ended;
}
