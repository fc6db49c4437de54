import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { Queue } from 'bullmq';

/**
 * A queue of its own that no worker takes from, beside the queues of the runs: under the same prefix in Redis, in the
 * same table in PostgreSQL. In a queue with a worker, its job would be one that is waited for.
 */
export const SENTINEL_QUEUE = 'sentinel';

const SENTINEL_JOB = 'epoch';

export interface Sentinel {
  readonly epoch: number;
}

/**
 * A job that is kept like all others, and lost with them. It carries a number that rises, so that a queue that was
 * set back to an earlier state shows it, too.
 */
@Injectable()
export class QueueSentinel {
  constructor(@InjectQueue(SENTINEL_QUEUE) readonly queue: Queue<Sentinel>) {}

  /** @returns undefined if the sentinel is gone */
  async read(): Promise<number | undefined> {
    return (await this.queue.getJob(SENTINEL_JOB))?.data.epoch;
  }

  async write(epoch: number): Promise<void> {
    if (!(await this.raise(epoch))) await this.queue.add(SENTINEL_JOB, { epoch }, { jobId: SENTINEL_JOB });
  }

  /** @returns false if the sentinel is gone; a new one would hide that */
  async raise(epoch: number): Promise<boolean> {
    const job = await this.queue.getJob(SENTINEL_JOB);
    await job?.updateData({ epoch });
    return job !== undefined;
  }
}
