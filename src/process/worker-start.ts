import type { WorkerHost } from '@nestjs/bullmq';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { QUEUE_CONNECTIONS, type QueueConnections } from '../platform/queue/index.js';
import { QUEUE_WORKERS } from './drain.js';

/** Begins the worker lane, when everything that a run needs is there. */
@Injectable()
export class WorkerStart implements OnApplicationBootstrap {
  constructor(
    @Inject(QUEUE_WORKERS) private readonly hosts: readonly WorkerHost[],
    @Inject(QUEUE_CONNECTIONS) private readonly connections: QueueConnections,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const workers = this.hosts.map(({ worker }) => worker);
    await this.connections.ready(workers);
    for (const worker of workers)
      worker.run().catch((error: unknown) => worker.emit('error', error as Error));
  }
}
