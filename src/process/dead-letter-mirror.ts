import { InjectQueue } from '@nestjs/bullmq';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'winston';
import { isDeadLetter, type Failure, type RunStatus } from '../model/index.js';
import { LOGGER, Outage } from '../platform/logging/index.js';
import type { ClaimedRun, Settlement } from '../store/index.js';

export const DEAD_LETTER_QUEUE = 'dead-letter';

/** What the queue keeps at most; PostgreSQL keeps everything. */
const KEPT = 1_000;

/** Milliseconds that a stop waits for it. */
const SHUTDOWN_MS = 1_000;

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

/** What is to become of a run's job: it shows the failure, or goes. */
type Change = DeadLetterJob | 'gone';

/**
 * Shows the newest dead letters in a queue, for whoever looks there. Nobody works on it, and nothing depends on it:
 * the truth is in PostgreSQL. A run has one job, which goes when a redrive has completed it.
 */
@Injectable()
export class DeadLetterMirror implements OnApplicationShutdown {
  private waiting = new Map<string, Change>();
  private working: Promise<void> | undefined;
  private readonly outage: Outage;

  constructor(
    @InjectQueue(DEAD_LETTER_QUEUE) private readonly queue: Queue<DeadLetterJob>,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.outage = new Outage(logger, 'Dead letters cannot be shown in their queue');
    queue.on('error', (error) => this.outage.feel(error));
  }

  /** Returns at once. */
  reflect(run: ClaimedRun, settlement: Settlement): void {
    const { to } = settlement;
    const { runId } = run.lease;
    if (isDeadLetter(to)) {
      this.change(runId, toJob(run, to, settlement.failure ?? run.lastError));
    } else if (to === 'completed' && run.lastError !== null) {
      this.change(runId, 'gone');
    }
  }

  /** While the queue is slow or away, no more wait than it would keep. */
  private change(runId: string, change: Change): void {
    this.waiting.delete(runId);
    if (this.waiting.size < KEPT) this.waiting.set(runId, change);
    this.working ??= this.work();
  }

  /** One after another, so that the order in the queue is that of the failures. */
  private async work(): Promise<void> {
    for (let [next] = this.waiting; next !== undefined; [next] = this.waiting) {
      const [runId, change] = next;
      this.waiting.delete(runId);
      try {
        await this.carryOut(runId, change);
        this.outage.end();
      } catch (error) {
        this.outage.feel(error);
      }
    }
    this.working = undefined;
  }

  private async carryOut(runId: string, change: Change): Promise<void> {
    // What failed again becomes the newest.
    await this.queue.remove(runId);
    if (change === 'gone') return;
    await this.queue.add('dead-letter', change, { jobId: runId });
    const surplus = (await this.queue.getWaitingCount()) - KEPT;
    if (surplus > 0) await this.queue.clean(0, surplus, 'wait');
  }

  /** Waits a little for what is under way. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.race([this.working, sleep(SHUTDOWN_MS, undefined, { ref: false })]);
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
