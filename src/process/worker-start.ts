import { InjectQueue, type WorkerHost } from '@nestjs/bullmq';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { QUEUE_CONNECTIONS, type QueueConnections } from '../platform/queue/index.js';
import { expectRunsOf } from './attempt-metrics.js';
import { DEAD_LETTER_QUEUE } from './dead-letter-mirror.js';
import { QUEUE_WORKERS } from './drain.js';
import { WORKED_QUEUES } from './worker-liveness.js';

/** Begins the worker lane, when everything that a run needs is there. */
@Injectable()
export class WorkerStart implements OnApplicationBootstrap {
  constructor(
    @Inject(QUEUE_WORKERS) private readonly hosts: readonly WorkerHost[],
    @InjectQueue(DEAD_LETTER_QUEUE) private readonly deadLetters: Queue,
    @Inject(QUEUE_CONNECTIONS) private readonly connections: QueueConnections,
    @Inject(WORKED_QUEUES) private readonly queues: ReadonlyMap<string, Queue>,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    expectRunsOf(this.queues.keys());
    const workers = this.hosts.map(({ worker }) => worker);
    await this.connections.ready([...workers, this.deadLetters]);
    for (const worker of workers)
      worker.run().catch((error: unknown) => worker.emit('error', error as Error));
  }
}
