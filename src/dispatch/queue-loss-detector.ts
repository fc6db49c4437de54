import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'winston';
import { LOGGER } from '../platform/logging/index.js';
import { countQueueLoss } from '../platform/metrics/index.js';
import {
  DispatchStore,
  InstallationStore,
  type QueueConfirmation,
  type QueueableRun,
} from '../store/index.js';
import { Dispatcher, RUN_QUEUES, type RunQueues } from './dispatcher.js';
import { findLost } from './lost-jobs.js';
import { QueueSentinel } from './queue-sentinel.js';

const BATCH = 500;

/** Lower than every confirmed epoch: whoever finds it knows that a recovery is not at its end. */
const RECOVERING = 0;

/** Milliseconds before the last confirmation from which a job can be younger than the sentinel that it confirmed. */
const CONFIRMATION_MARGIN_MS = 15_000;

/**
 * Finds out that the queue has lost something, and brings it back from PostgreSQL.
 *
 * At every check an epoch rises, in the queue first, in PostgreSQL after that. So the queue's is never the lower one,
 * unless the queue is empty (`FLUSHALL`, a restart without a disk, another server, another prefix) or was set back (a
 * restart from an old snapshot, a failover to a replica that lacked the last writes).
 *
 * A failover can lose jobs that are younger than the last epoch, and then the epoch tells nothing. But no failover
 * leaves connections alone: after each lost connection the jobs since the last epoch are looked up.
 */
@Injectable()
export class QueueLossDetector {
  /** Whether a connection was lost since the last check; before the first one nobody knows. */
  private doubtful = true;
  private detected = 0;

  constructor(
    private readonly store: DispatchStore,
    private readonly installation: InstallationStore,
    private readonly dispatcher: Dispatcher,
    private readonly sentinel: QueueSentinel,
    @Inject(RUN_QUEUES) private readonly queues: RunQueues,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const { queue } = sentinel;
    queue.on('ioredis:close', () => (this.doubtful = true));
    // Told by the dispatcher, whose queues are in the same place.
    queue.on('error', () => (this.doubtful = true));
  }

  /** How many losses this process has found. */
  get lossesDetected(): number {
    return this.detected;
  }

  /**
   * Looks once, and mends what is missing.
   *
   * @throws what the queue or the database throws; the next check goes on where this one ended
   */
  async check(): Promise<void> {
    const confirmed = await this.installation.queueConfirmation();
    const epoch = await this.sentinel.read();
    if (epoch === undefined || epoch < confirmed.epoch) await this.recover(confirmed, epoch);
    else await this.confirm(confirmed, epoch);
  }

  private async confirm(confirmed: QueueConfirmation, epoch: number): Promise<void> {
    if (this.doubtful) {
      this.doubtful = false;
      await this.lookUpSince(confirmed);
    }
    await this.raise(epoch);
  }

  private async lookUpSince({ at }: QueueConfirmation): Promise<void> {
    try {
      const since = at && new Date(at.getTime() - CONFIRMATION_MARGIN_MS);
      const requeued = await this.requeueLost(since);
      if (requeued > 0) this.tell('The queue has lost its last jobs; they were queued again', { requeued });
    } catch (error) {
      this.doubtful = true;
      throw error;
    }
  }

  /** The mark stands first: a second loss during the recovery takes it, too, so that the next check begins again. */
  private async recover(confirmed: QueueConfirmation, epoch: number | undefined): Promise<void> {
    await this.sentinel.write(RECOVERING);
    // Jobs are marked some time after they were made: what was lost with its mark to come is found by the next check.
    this.doubtful = true;
    const requeued = await this.requeueLost(undefined);
    if ((await this.sentinel.read()) === RECOVERING) await this.raise(confirmed.epoch);
    // On the first start there is no sentinel yet, and nothing is lost by that.
    if (confirmed.at === undefined && requeued === 0) return;
    const kind = epoch === undefined ? 'emptied' : 'set back';
    this.tell(`The queue was ${kind}; its lost jobs were made again`, { requeued });
  }

  /** If the queue was emptied meanwhile, the next check is to find it so. */
  private async raise(epoch: number): Promise<void> {
    if (await this.sentinel.raise(epoch + 1)) await this.installation.confirmQueue(epoch + 1);
  }

  /** A long queue is no loss, so each job is looked up before another one is made. */
  private async requeueLost(since: Date | undefined): Promise<number> {
    // Of jobs that are made from now on there may be no end.
    const until = await this.installation.readClock();
    const providers = [...this.queues.keys()];
    let requeued = 0;
    let last: QueueableRun | undefined;
    do {
      const runs = await this.store.findQueued(providers, { since, until }, last, BATCH);
      const gone = await findLost(this.queues, runs);
      // A worker that ends a run ends its job after that, so whose job is gone may just have ended.
      const lost = await this.store.keepQueued([...gone]);
      await this.dispatcher.enqueue(lost);
      requeued += lost.length;
      last = runs.at(-1);
    } while (last !== undefined);
    return requeued;
  }

  private tell(message: string, details: { requeued: number }): void {
    this.detected++;
    countQueueLoss(details.requeued);
    this.logger.warn(message, { ...details, lossesDetected: this.detected });
  }
}
