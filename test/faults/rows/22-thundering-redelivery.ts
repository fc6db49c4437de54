import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { FaultRow } from '../arena/fault-row.js';
import { peakMegabytes } from '../../support/resident-memory.js';

const MEMORY_LIMIT_MB = 600;

/** What piled up at the senders during an outage comes at once, over hundreds of connections. */
export const thunderingRedelivery: FaultRow = {
  number: 22,
  title: 'All that piled up during an outage comes at once',
  backends: QUEUE_BACKENDS,
  shortForm: [],
  recovery: { of: 'from the last acknowledgement to all settled', limitMs: 400_000 },
  deadlineMs: 900_000,
  async run(arena) {
    // The queue in PostgreSQL works off some hundreds a second.
    const events = arena.queue === 'redis' ? arena.scale(2_000, 100_000) : arena.scale(1_000, 20_000);
    const service = await arena.start();
    const startedAt = performance.now();
    const traffic = arena.traffic({ senders: 400, pauseMs: 0, mix: { star: 1 }, count: events });
    await traffic.ended();
    const perSecond = Math.round((events / (performance.now() - startedAt)) * 1_000);
    const recoveryMs = await arena.untilSettled(600_000);
    if (!arena.services.includes(service)) throw new Error('The service did not live through it');
    const peak = peakMegabytes(service);
    if (peak > MEMORY_LIMIT_MB) throw new Error(`The service took ${peak} MB`);
    return {
      injected: `${events} at once`,
      recoveryMs,
      notes: [
        `${perSecond} acknowledged a second`,
        `at most ${peak} MB`,
        `${traffic.refusals.length} refused`,
      ],
    };
  },
};
