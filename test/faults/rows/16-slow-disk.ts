import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { FaultRow } from '../arena/fault-row.js';
import type { Reply } from '../arena/traffic.js';
import { injectIntoPostgres } from './strace.js';

const DELAY_MS = 200;

/** An acknowledgement waits for the disk, however slow it is. */
export const slowDisk: FaultRow = {
  number: 16,
  title: "PostgreSQL's disk is slow: every sync takes 200 ms more",
  backends: QUEUE_BACKENDS,
  shortForm: [],
  recovery: { of: 'from the end of it to all settled', limitMs: 60_000 },
  deadlineMs: 240_000,
  async run(arena) {
    const events = arena.scale(100, 600);
    await arena.start();
    const traffic = arena.traffic({ senders: 24 });
    await traffic.acknowledge(events);
    const slow = await injectIntoPostgres(arena, 'fdatasync', `delay_enter=${DELAY_MS * 1_000}`);
    const from = performance.now();
    await traffic.acknowledge(events);
    const to = performance.now();
    await slow.end();
    await traffic.stop();
    const fastest = Math.min(...waits(traffic.replies, from + 1_000, to));
    const [before, during] = [waits(traffic.replies, 0, from), waits(traffic.replies, from, to)].map(p99);
    if (fastest < DELAY_MS) {
      throw new Error(`An acknowledgement came after ${Math.round(fastest)} ms: before the sync`);
    }
    return {
      injected: `${DELAY_MS} ms a sync`,
      recoveryMs: await arena.untilSettled(120_000),
      notes: [`p99 ${before} ms before, ${during} ms meanwhile`],
    };
  },
};

function waits(replies: readonly Reply[], from: number, to: number): number[] {
  return replies.filter(({ at, ms }) => at - ms > from && at < to).map(({ ms }) => ms);
}

function p99(all: readonly number[]): number {
  return Math.round([...all].sort((a, b) => a - b)[Math.floor(all.length * 0.99)] ?? 0);
}
