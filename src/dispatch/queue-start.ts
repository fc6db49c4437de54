import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { QUEUE_CONNECTIONS, type QueueConnections } from '../platform/queue/index.js';
import { RUN_QUEUES, type RunQueues } from './dispatcher.js';
import { QueueSentinel } from './queue-sentinel.js';

/** Fails the start if a queue could never be used after it. */
@Injectable()
export class QueueStart implements OnApplicationBootstrap {
  constructor(
    @Inject(RUN_QUEUES) private readonly queues: RunQueues,
    private readonly sentinel: QueueSentinel,
    @Inject(QUEUE_CONNECTIONS) private readonly connections: QueueConnections,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.connections.ready([...this.queues.values(), this.sentinel.queue]);
  }
}
