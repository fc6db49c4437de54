import { jobId } from '../model/index.js';
import type { QueueableRun } from '../store/index.js';
import type { RunQueues } from './dispatcher.js';

/**
 * Those of the runs whose last job is gone, or has ended without them.
 *
 * Each job is fetched by its id, which costs the same however long the queue is; to ask for its state would search
 * the queue for it.
 */
export async function findLost(
  queues: RunQueues,
  runs: readonly QueueableRun[],
): Promise<ReadonlySet<QueueableRun>> {
  const isLost = await Promise.all(
    runs.map(async ({ id, provider, dispatches }) => {
      const queue = queues.get(provider);
      if (queue === undefined) return false;
      const job = await queue.getJob(jobId(id, dispatches));
      return job === undefined || job.finishedOn !== undefined;
    }),
  );
  return new Set(runs.filter((_, index) => isLost[index]));
}
