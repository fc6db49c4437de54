import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { queueName, type RunJob } from '../model/index.js';
import { provideLeadership, StoreModule } from '../store/index.js';
import { Dispatcher, RUN_QUEUES } from './dispatcher.js';
import { QueueLossDetector } from './queue-loss-detector.js';
import { QueueSentinel, SENTINEL_QUEUE } from './queue-sentinel.js';
import { QueueStart } from './queue-start.js';
import { RedriveKeeper } from './redrive-keeper.js';
import { DISPATCH_LEADERSHIP, Sweeper } from './sweeper.js';

@Module({})
export class DispatchModule {
  /** @param providers names of the providers that get a queue */
  static forProviders(providers: readonly string[]): DynamicModule {
    const names = [...providers.map(queueName), SENTINEL_QUEUE];
    const queues = BullModule.registerQueue(...names.map((name) => ({ name })));
    return {
      module: DispatchModule,
      imports: [StoreModule, queues],
      providers: [
        {
          provide: RUN_QUEUES,
          inject: providers.map((provider) => getQueueToken(queueName(provider))),
          useFactory: (...found: Queue<RunJob>[]) =>
            new Map(providers.map((provider, index) => [provider, found[index]])),
        },
        QueueStart,
        Dispatcher,
        QueueSentinel,
        QueueLossDetector,
        provideLeadership(DISPATCH_LEADERSHIP),
        Sweeper,
        RedriveKeeper,
      ],
      exports: [Dispatcher, RUN_QUEUES, queues],
    };
  }
}
