// Takes jobs and does nothing: what the queue alone costs.

import { Worker } from 'bullmq';
import { CONCURRENCY, connectRedis, QUEUE } from './jobs.js';

const worker = new Worker(QUEUE, () => Promise.resolve(), {
  connection: connectRedis(),
  concurrency: CONCURRENCY,
});
await worker.waitUntilReady();
process.stdout.write('Ready\n');
