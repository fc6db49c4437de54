import type { WorkerHost } from '@nestjs/bullmq';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'winston';
import { LOGGER } from '../platform/logging/index.js';
import { WORKER } from '../platform/process/index.js';
import { QUEUE_CONNECTIONS, type QueueConnections } from '../platform/queue/index.js';
import { RunStore } from '../store/index.js';
import { CircuitKeeper } from './circuit-keeper.js';
import { LeaseKeeper } from './lease-keeper.js';
import { RunProcessor } from './run-processor.js';

/** Token of the list of this process's queue workers. */
export const QUEUE_WORKERS = Symbol('QUEUE_WORKERS');

/** Time for runs in hand to come to their end, and then for steps in hand, in milliseconds. */
const RUNS_DEADLINE_MS = 8_000;
const STEPS_DEADLINE_MS = 2_000;

/** Ends the worker lane: takes no more, finishes what is in hand, gives the rest back. */
@Injectable()
export class Drain implements BeforeApplicationShutdown {
  constructor(
    @Inject(QUEUE_WORKERS) private readonly workers: readonly WorkerHost[],
    @Inject(QUEUE_CONNECTIONS) private readonly connections: QueueConnections,
    private readonly leases: LeaseKeeper,
    private readonly runs: RunStore,
    private readonly processor: RunProcessor,
    private readonly circuits: CircuitKeeper,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    this.processor.stopClaiming();
    // A worker waits for its queue to hear that its jobs have ended: where there is none, for ever.
    const force = !this.connections.isConnected();
    const closing = this.workers.map(({ worker }) => worker.close(force));
    const closed = Promise.all([...closing, this.circuits.end(), this.leases.idle()]);
    if (await endsWithin(closed, RUNS_DEADLINE_MS)) return;
    this.leases.interrupt();
    if (await endsWithin(closed, STEPS_DEADLINE_MS)) return;
    const leases = this.leases.leases();
    this.logger.warn('Released runs that did not end in time', { runs: leases.length });
    await this.runs.release(leases, WORKER);
  }
}

async function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const deadline = new AbortController();
  try {
    return await Promise.race([
      work.then(() => true),
      sleep(ms, false, { signal: deadline.signal, ref: false }),
    ]);
  } finally {
    deadline.abort();
  }
}
