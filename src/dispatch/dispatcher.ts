import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Queue } from 'bullmq';
import type { Logger } from 'winston';
import { jobId, queueName, type RunJob } from '../model/index.js';
import { LOGGER, Outage } from '../platform/logging/index.js';
import { isTracing, messageAttributes, outsideSpans, showSpan } from '../platform/tracing/index.js';
import { DispatchStore, type MadeJob, type QueueableRun } from '../store/index.js';
import { QueuedMarks } from './queued-marks.js';

/** Token of the map from a provider's name to its queue. */
export const RUN_QUEUES = Symbol('RUN_QUEUES');
export type RunQueues = ReadonlyMap<string, Queue<RunJob>>;

/** Offers beyond this many wait for the sweeper, so that a queue that is away costs no memory. */
const WAITING_LIMIT = 10_000;

/** What the queue keeps for whoever looks there; PostgreSQL keeps everything. */
const JOB_OPTIONS = { removeOnComplete: { count: 10 }, removeOnFail: { count: 5 } };

/**
 * Makes queue jobs for runs. Nothing depends on its success: a run whose `queued_at` is empty is found
 * by the sweeper, and a job that is made twice has the same id.
 */
@Injectable()
export class Dispatcher implements OnApplicationShutdown {
  private waiting = new Map<string, QueueableRun>();
  private working: Promise<void> | undefined;
  private readonly outage: Outage;
  private readonly marks: QueuedMarks;

  constructor(
    @Inject(RUN_QUEUES) private readonly queues: RunQueues,
    private readonly store: DispatchStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.outage = new Outage(logger, 'Runs cannot be queued; the sweeper will try again');
    this.marks = new QueuedMarks(store, this.outage);
    for (const queue of queues.values()) {
      queue.on('error', (error) => this.outage.feel(error));
      queue.on('ioredis:close', () => this.marks.drop());
    }
  }

  /** Returns at once. All that is offered in one turn of the event loop goes in one call. */
  offer(runs: readonly QueueableRun[]): void {
    for (const run of runs) {
      if (this.waiting.size < WAITING_LIMIT) this.waiting.set(run.id, run);
    }
    if (this.waiting.size > 0) this.working ??= outsideSpans(() => this.work());
  }

  private async work(): Promise<void> {
    while (this.waiting.size > 0) {
      await new Promise(setImmediate);
      const runs = [...this.waiting.values()];
      this.waiting = new Map();
      try {
        this.marks.add(await this.makeJobs(runs));
      } catch {
        // Told by `makeJobs`.
      }
    }
    this.working = undefined;
  }

  /**
   * Makes a job for each run whose provider has a queue, and writes down that it did.
   *
   * @throws what the queue or the database throws; then some jobs may have been made
   */
  async enqueue(runs: readonly QueueableRun[]): Promise<void> {
    const jobs = await this.makeJobs(runs);
    if (jobs.length > 0) await this.store.markQueued(jobs);
  }

  /** The runs of a provider that is no longer configured wait until it is again. */
  private async makeJobs(runs: readonly QueueableRun[]): Promise<MadeJob[]> {
    const of = (provider: string): QueueableRun[] => runs.filter((run) => run.provider === provider);
    try {
      const made = await Promise.all(
        [...this.queues].map(([provider, queue]) => this.makeJobsIn(queue, of(provider))),
      );
      this.outage.end();
      return made.flat();
    } catch (error) {
      this.outage.feel(error);
      throw error;
    }
  }

  private async makeJobsIn(queue: Queue<RunJob>, runs: readonly QueueableRun[]): Promise<MadeJob[]> {
    if (runs.length === 0) return [];
    const startedAt = Date.now();
    const jobs = runs.map(({ id, dispatches, epoch }) => ({ runId: id, number: dispatches + 1, epoch }));
    await queue.addBulk(
      jobs.map(({ runId, number }) => ({
        name: 'run',
        data: { runId },
        opts: { ...JOB_OPTIONS, jobId: jobId(runId, number) },
      })),
    );
    if (isTracing()) runs.forEach((run) => showDispatch(run, startedAt));
    return jobs;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.working;
    await this.marks.write();
  }
}

/** In the trace of the run, whoever dispatches it: the request lane, or a sweeper that found it. */
function showDispatch({ id, provider, dispatches, traceparent }: QueueableRun, startedAt: number): void {
  if (traceparent === null) return;
  const queue = queueName(provider);
  showSpan('dispatch', {
    kind: 'producer',
    parent: traceparent,
    startedAt,
    attributes: {
      ...messageAttributes('send', queue, id),
      'run.id': id,
      'run.dispatch': dispatches + 1,
    },
  });
}
