import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { queueName, type RunJob } from '../model/index.js';
import { StoreModule } from '../store/index.js';
import { Dispatcher, RUN_QUEUES } from './dispatcher.js';
import { QueueStart } from './queue-start.js';
import { RedriveKeeper } from './redrive-keeper.js';
import { Sweeper } from './sweeper.js';

@Module({})
export class DispatchModule {
  /** @param providers names of the providers that get a queue */
  static forProviders(providers: readonly string[]): DynamicModule {
    const queues = BullModule.registerQueue(...providers.map((provider) => ({ name: queueName(provider) })));
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
        Sweeper,
        RedriveKeeper,
      ],
      exports: [Dispatcher, RUN_QUEUES],
    };
  }
}
