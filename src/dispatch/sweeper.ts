import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'winston';
import { LOGGER, Outage } from '../platform/logging/index.js';
import { countRequeues } from '../platform/metrics/index.js';
import { Rounds } from '../platform/process/index.js';
import {
  DatabaseCare,
  DispatchStore,
  Leadership,
  leadershipToken,
  type QueueableRun,
} from '../store/index.js';
import { Dispatcher, RUN_QUEUES, type RunQueues } from './dispatcher.js';
import { findLost } from './lost-jobs.js';
import { QueueLossDetector } from './queue-loss-detector.js';

/** Name of the leadership over the tasks here. */
export const DISPATCH_LEADERSHIP = 'dispatch';

const SWEEP_MS = 1_000;
const QUEUE_CHECK_MS = 2_000;
const SUSPECT_SWEEP_MS = 15_000;
const PARTITION_CARE_MS = 3_600_000;
const BATCH = 500;

/**
 * Brings back what fell between the store and the queue: runs that were recorded and never queued,
 * runs whose worker died, and runs whose job the queue has lost.
 *
 * One process, the leader, sweeps. Where two do so for a moment, no harm is done: a job that is made twice has the
 * same id.
 */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly rounds: Rounds[] = [];

  constructor(
    private readonly store: DispatchStore,
    private readonly dispatcher: Dispatcher,
    private readonly database: DatabaseCare,
    private readonly detector: QueueLossDetector,
    @Inject(leadershipToken(DISPATCH_LEADERSHIP)) private readonly leadership: Leadership,
    @Inject(RUN_QUEUES) private readonly queues: RunQueues,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.every(SWEEP_MS, () => this.sweepUnqueued());
    this.every(QUEUE_CHECK_MS, () => this.detector.check());
    this.every(SUSPECT_SWEEP_MS, () => this.sweepSuspects());
    this.every(PARTITION_CARE_MS, () => this.database.ensurePartitions());
    this.every(PARTITION_CARE_MS, () => this.retirePayloads());
  }

  private async retirePayloads(): Promise<void> {
    for (const { retired, ...partition } of await this.database.retirePayloads()) {
      if (retired) this.logger.info('Dropped the payloads of a month', { ...partition });
      else this.logger.warn('Payloads of a month stay: runs that are open need them', { ...partition });
    }
  }

  /** What is in hand goes on while the rest of the service stops; it is harmless. */
  onModuleDestroy(): void {
    for (const rounds of this.rounds) void rounds.stop();
  }

  /** While this process leads. */
  private every(intervalMs: number, task: () => Promise<unknown>): void {
    const rounds = new Rounds(task, new Outage(this.logger, 'A sweep failed'));
    rounds.start(intervalMs, () => this.leadership.isLeader);
    this.rounds.push(rounds);
  }

  async sweepUnqueued(): Promise<void> {
    for (let found = BATCH; found >= BATCH;) {
      const runs = await this.store.findUnqueued([...this.queues.keys()], BATCH);
      if (runs.length > 0) await this.requeue(runs, 'not_queued', 'Queued what was recorded but not queued');
      found = runs.length;
    }
  }

  /** A long queue is no loss, so each suspect's job is looked up before a new one is made. */
  async sweepSuspects(): Promise<void> {
    for (let found = BATCH; found >= BATCH;) {
      const suspects = await this.store.findSuspects([...this.queues.keys()], BATCH);
      const lost = await findLost(this.queues, suspects);
      if (lost.size > 0) await this.requeue([...lost], 'lost', 'Queued again what the queue had lost');
      await this.store.clearSuspects(suspects.filter((run) => !lost.has(run)));
      found = suspects.length;
    }
  }

  private async requeue(
    runs: readonly QueueableRun[],
    cause: 'not_queued' | 'lost',
    message: string,
  ): Promise<void> {
    await this.dispatcher.enqueue(runs);
    countRequeues(cause, runs.length);
    this.logger.info(message, { runs: runs.length });
  }
}
