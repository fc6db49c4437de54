import pg from 'pg';
import { QUEUE_BACKENDS } from '../../support/backends.js';
import { eventually } from '../../support/eventually.js';
import type { Arena } from '../arena/arena.js';
import type { FaultRow } from '../arena/fault-row.js';
import { residentMegabytes } from '../../support/resident-memory.js';
import type { TestService } from '../../support/service.js';
import { cutSessions } from './sessions.js';

/** Milliseconds within which a sender is to be told to come again. */
const REFUSED_WITHIN_MS = 2_500;

export const noConnectionsLeft: FaultRow = {
  number: 15,
  title: 'PostgreSQL has no connections left',
  backends: QUEUE_BACKENDS,
  shortForm: [],
  recovery: { of: 'from there being connections again to the next completed run', limitMs: 10_000 },
  deadlineMs: 180_000,
  async run(arena) {
    const service = await arena.start();
    const traffic = arena.traffic({ senders: 8, pauseMs: arena.scale(100, 40) });
    await traffic.acknowledge(arena.scale(40, 500));
    const holders: pg.Client[] = [];
    try {
      await takeAllConnections(arena, service, holders);
      const from = performance.now();
      const refused = await eventually(
        () => {
          const replies = traffic.refusals.filter(({ at, ms }) => at - ms > from);
          return replies.length >= 20 ? replies : undefined;
        },
        30_000,
        () => 'deliveries are not refused',
      );
      const slowest = Math.max(...refused.map(({ ms }) => ms));
      if (refused.some(({ status, retryAfter }) => status !== 503 || retryAfter === null)) {
        throw new Error('A delivery was refused otherwise than with 503 and Retry-After');
      }
      if (slowest > REFUSED_WITHIN_MS) throw new Error(`A refusal took ${Math.round(slowest)} ms`);
      await Promise.all(holders.map((holder) => holder.end()));
      const recoveryMs = await arena.untilNextCompletion(60_000);
      await traffic.acknowledge(arena.scale(40, 500));
      await traffic.stop();
      return {
        injected: `${holders.length} connections held`,
        recoveryMs,
        notes: [`slowest 503 after ${Math.round(slowest)} ms`, `${residentMegabytes(service)} MB`],
      };
    } finally {
      await Promise.all(holders.map((holder) => holder.end().catch(() => undefined)));
    }
  },
};

/** How many connections are asked for at the same time. */
const AT_A_TIME = 20;

/**
 * Holds connections until the server gives no more, and the service has none. It is frozen meanwhile: awake it would be
 * given as many as we are.
 *
 * @param holders gets what is held, also when it is not enough
 */
async function takeAllConnections(arena: Arena, service: TestService, holders: pg.Client[]): Promise<void> {
  process.kill(service.pid, 'SIGSTOP');
  try {
    for (let cut = Infinity; cut > 0;) {
      cut = await cutSessions(arena);
      for (let taken = 1; taken > 0;) {
        const taking = Array.from({ length: AT_A_TIME }, () => take(arena, holders));
        taken = (await Promise.all(taking)).filter(Boolean).length;
      }
    }
  } finally {
    process.kill(service.pid, 'SIGCONT');
  }
}

async function take(arena: Arena, holders: pg.Client[]): Promise<boolean> {
  const holder = new pg.Client({ connectionString: arena.postgres.url, application_name: 'holder' });
  holder.on('error', () => undefined);
  try {
    await holder.connect();
    holders.push(holder);
    return true;
  } catch {
    return false;
  }
}
