import { InjectQueue, type WorkerHost } from '@nestjs/bullmq';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { QUEUE_CONNECTIONS, type QueueConnections } from '../platform/queue/index.js';
import { DEAD_LETTER_QUEUE } from './dead-letter-mirror.js';
import { QUEUE_WORKERS } from './drain.js';

/** Begins the worker lane, when everything that a run needs is there. */
@Injectable()
export class WorkerStart implements OnApplicationBootstrap {
  constructor(
    @Inject(QUEUE_WORKERS) private readonly hosts: readonly WorkerHost[],
    @InjectQueue(DEAD_LETTER_QUEUE) private readonly deadLetters: Queue,
    @Inject(QUEUE_CONNECTIONS) private readonly connections: QueueConnections,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const workers = this.hosts.map(({ worker }) => worker);
    await this.connections.ready([...workers, this.deadLetters]);
    for (const worker of workers)
      worker.run().catch((error: unknown) => worker.emit('error', error as Error));
  }
}
