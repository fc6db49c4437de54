import { InjectQueue } from '@nestjs/bullmq';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Queue } from 'bullmq';
import type { Logger } from 'winston';
import { DEAD_LETTER_STATUSES, type Failure, type RunStatus } from '../model/index.js';
import { LOGGER, Outage } from '../platform/logging/index.js';
import type { ClaimedRun, Settlement } from '../store/index.js';

export const DEAD_LETTER_QUEUE = 'dead-letter';

/** What the queue keeps at most; PostgreSQL keeps everything. */
const KEPT = 1_000;

/** What whoever looks into the queue sees of a dead letter. */
export interface DeadLetterJob {
  readonly runId: string;
  readonly eventId: string;
  readonly provider: string;
  readonly type: string;
  readonly workflow: string;
  readonly status: RunStatus;
  readonly failure: Failure | null;
  /** ISO 8601. */
  readonly failedAt: string;
}

/**
 * Shows the newest dead letters in a queue, for whoever looks there. Nobody works on it, and nothing depends on it:
 * the truth is in PostgreSQL. A run has one job, which goes when a redrive has completed it.
 */
@Injectable()
export class DeadLetterMirror implements OnApplicationShutdown {
  private working: Promise<void> = Promise.resolve();
  private readonly outage: Outage;

  constructor(
    @InjectQueue(DEAD_LETTER_QUEUE) private readonly queue: Queue<DeadLetterJob>,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.outage = new Outage(logger, 'Dead letters cannot be shown in their queue');
    queue.on('error', (error) => this.outage.feel(error));
  }

  /** Returns at once; changes come into the queue one after another. */
  reflect(run: ClaimedRun, settlement: Settlement): void {
    const { to } = settlement;
    if ((DEAD_LETTER_STATUSES as readonly RunStatus[]).includes(to)) {
      const failure = settlement.failure ?? run.lastError;
      const job = toJob(run, to, failure);
      this.working = this.working.then(() => this.try(() => this.show(job)));
    } else if (to === 'completed' && run.lastError !== null) {
      this.working = this.working.then(() => this.try(() => this.queue.remove(run.lease.runId)));
    }
  }

  private async show(job: DeadLetterJob): Promise<void> {
    // What failed again becomes the newest.
    await this.queue.remove(job.runId);
    await this.queue.add('dead-letter', job, { jobId: job.runId });
    const surplus = (await this.queue.getWaitingCount()) - KEPT;
    if (surplus <= 0) return;
    const oldest = await this.queue.getJobs(['waiting'], 0, surplus - 1, true);
    await Promise.all(oldest.map((each) => this.queue.remove(each.id ?? '')));
  }

  private async try(change: () => Promise<unknown>): Promise<void> {
    try {
      await change();
      this.outage.end();
    } catch (error) {
      this.outage.feel(error);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.working;
  }
}

function toJob(run: ClaimedRun, status: RunStatus, failure: Failure | null): DeadLetterJob {
  const { lease, event, workflow } = run;
  return {
    runId: lease.runId,
    eventId: event.id,
    provider: event.provider,
    type: event.type,
    workflow,
    status,
    failure,
    failedAt: new Date().toISOString(),
  };
}
