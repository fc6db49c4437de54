import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject, Injectable, type Type } from '@nestjs/common';
import { DelayedError, UnrecoverableError, type Job } from 'bullmq';
import type { Logger } from 'winston';
import { isDeadLetter, jobNumber, queueName, type RunJob } from '../model/index.js';
import { databaseFault } from '../platform/database/index.js';
import { LOGGER, Outage } from '../platform/logging/index.js';
import type { QueueConnections } from '../platform/queue/index.js';
import { RunProcessor, type Processing } from './run-processor.js';
import { WorkerLiveness } from './worker-liveness.js';

/** Shortest wait before a job is looked at again, in milliseconds. */
const SHORTEST_WAIT_MS = 200;

/** Wait after a fault of the database or of ours; the run itself is as it was. */
const FAULT_WAIT_MS = 2_000;

export interface QueueWorkerOptions {
  readonly connections: QueueConnections;
  readonly concurrency: number;
}

/**
 * A worker class for a provider's queue. It only translates: BullMQ delivers, PostgreSQL owns attempts
 * and times, so a job is moved to delayed as often as it takes, and ends when its run does or was given back.
 */
export function queueWorkerFor(provider: string, options: QueueWorkerOptions): Type<WorkerHost> {
  @Injectable()
  @Processor(queueName(provider), {
    connection: options.connections.worker,
    prefix: options.connections.prefix,
    concurrency: options.concurrency,
    // By the `WorkerStart`.
    autorun: false,
    // An outage must not outlast itself by more than this.
    runRetryDelay: 2_000,
    // A dead worker's job comes back after 10 to 15 s; the run's lease, not the job, guards against two.
    lockDuration: 10_000,
    stalledInterval: 5_000,
    maxStalledCount: 1_000_000,
  })
  class QueueWorker extends WorkerHost {
    private readonly outage: Outage;

    constructor(
      private readonly processor: RunProcessor,
      private readonly liveness: WorkerLiveness,
      @Inject(LOGGER) private readonly logger: Logger,
    ) {
      super();
      this.outage = new Outage(logger, `The queue of ${provider} cannot be worked on`);
    }

    override async process(job: Job<RunJob>, token?: string): Promise<void> {
      this.liveness.started(provider);
      const processing = await this.attempt(job);
      switch (processing.outcome) {
        case 'later':
          await this.delay(job, Math.max(processing.waitMs, SHORTEST_WAIT_MS), token);
          throw new DelayedError();
        case 'ended':
          if (isDeadLetter(processing.status)) throw new UnrecoverableError('Run failed for good');
          return;
        case 'dropped':
          return;
      }
    }

    /** A job that cannot be moved stays where it is; its lock runs out, and it comes again as a stalled one. */
    private async delay(job: Job<RunJob>, waitMs: number, token?: string): Promise<void> {
      try {
        await job.moveToDelayed(Date.now() + waitMs, token);
      } catch (error) {
        this.logger.warn('A job could not be delayed', { error, runId: job.data.runId });
      }
    }

    private async attempt(job: Job<RunJob>): Promise<Processing> {
      try {
        return await this.processor.processUnlessOpen(provider, job.data.runId, jobNumber(job.id ?? ''));
      } catch (error) {
        if (databaseFault(error) === 'unavailable') this.outage.feel(error);
        else this.logger.error('Processing failed outside of the run', { error, runId: job.data.runId });
        return { outcome: 'later', waitMs: FAULT_WAIT_MS };
      }
    }

    @OnWorkerEvent('error')
    onError(error: Error): void {
      this.outage.feel(error);
    }

    @OnWorkerEvent('active')
    onActive(): void {
      this.outage.end();
    }
  }
  return QueueWorker;
}
