import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { QUEUE_BACKENDS } from '../../support/backends.js';
import { githubDelivery } from '../../support/deliveries.js';
import type { Arena } from '../arena/arena.js';
import type { FaultRow } from '../arena/fault-row.js';
import type { Reply } from '../arena/traffic.js';

const POISONS = ['throw', 'exit', 'memory'] as const;

/** Replies before the poison in the short form: of fifty the slowest would be the p99. */
const FEWEST_BEFORE = 200;

/** Enough for the service, and soon used up by what eats memory. */
const HEAP_MB = 160;

/** Neighbours may wait twice as long for their replies as before, where that is more than noise: a worker starts again and
 * again on the same processors. */
const SMALLEST_P99_MS = 100;

/** Each poison is a dead letter in the end, everything else is done; cured and sent again, they are done, too. */
export const poison: FaultRow = {
  number: 19,
  title: 'Poisonous events: one throws, one ends the process, one eats its memory',
  backends: QUEUE_BACKENDS,
  shortForm: ['postgres'],
  recovery: { of: 'from the delivery of the poison to its dead letters', limitMs: 150_000 },
  deadlineMs: 500_000,
  async run(arena) {
    const poisons = POISONS.slice(0, arena.scale(1, POISONS.length));
    const cure = join(arena.folder, 'cure');
    const wishes = {
      preload: [resolve('test/faults/preload/poison-workflow.mjs')],
      env: { FAULTS_CURE: cure, RETRY_BASE_MS: '100' },
    };
    await arena.start({ ...wishes, role: 'api' });
    const supervisor = superviseWorkers(arena, {
      ...wishes,
      role: 'worker',
      nodeArgs: [`--max-old-space-size=${HEAP_MB}`],
    });
    const traffic = arena.traffic({
      senders: 8,
      pauseMs: 200,
      mix: { push: 0.7, star: 0.3 },
    });
    const deliveries = await Promise.all(
      poisons.map((kind) => githubDelivery(arena, 'poison', { poison: kind }, randomUUID())),
    );
    const deliver = () =>
      Promise.all(
        deliveries.map((delivery) =>
          arena.deliver(delivery, delivery.headers['x-github-delivery'] ?? '', 'star'),
        ),
      );
    await traffic.acknowledge(arena.scale(FEWEST_BEFORE, 500));
    const poisonedAt = performance.now();
    await deliver();
    const recoveryMs = await arena.untilRuns(
      `workflow = 'poison' AND status = 'dead_lettered'`,
      (count) => count === poisons.length,
      400_000,
    );
    await traffic.acknowledge(arena.scale(50, 1_000));
    await traffic.stop();
    const before = p99Ms(traffic.replies.filter(({ at }) => at < poisonedAt));
    const since = p99Ms(traffic.replies.filter(({ at }) => at >= poisonedAt));
    if (since > Math.max(2 * before, SMALLEST_P99_MS))
      throw new Error(`Neighbours had to wait ${since} ms for their replies (p99), and ${before} ms before`);
    await arena.untilSettled(60_000);
    const { deadLetters } = await arena.gather();

    writeFileSync(cure, '');
    await deliver();
    await arena.untilRuns(
      `workflow = 'poison' AND status = 'completed'`,
      (count) => count === poisons.length,
      60_000,
    );
    const deaths = await supervisor.stop();
    return {
      injected: poisons.join(', '),
      recoveryMs,
      notes: [
        `dead letters: ${deadLetters.map(({ code }) => code).join(', ')}`,
        `${deaths} deaths of workers`,
        `neighbours' p99 ${before} ms before, ${since} ms since`,
      ],
    };
  },
};

/** Milliseconds within which 99 of 100 were answered. */
function p99Ms(replies: readonly Reply[]): number {
  const times = replies.map(({ ms }) => ms).sort((a, b) => a - b);
  return Math.round(times[Math.floor(times.length * 0.99)] ?? 0);
}

/** Starts a new worker whenever one has ended, as whatever runs a service does. */
function superviseWorkers(arena: Arena, wishes: Parameters<Arena['start']>[0]): { stop(): Promise<number> } {
  let wanted = true;
  let deaths = -1;
  const watch = async (): Promise<void> => {
    while (wanted && !arena.isClosed) {
      deaths++;
      const worker = await arena.start(wishes);
      await new Promise((resolveExit) => worker.child.once('exit', resolveExit));
    }
  };
  const watching = watch();
  // Whoever waits for its end is told of a failure; a row that has failed before waits no more.
  watching.catch(() => undefined);
  return {
    async stop() {
      wanted = false;
      await Promise.all(arena.services.map((service) => service.end('SIGTERM')));
      await watching;
      return deaths;
    },
  };
}
