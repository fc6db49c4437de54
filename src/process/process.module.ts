import { BullModule, getQueueToken, type WorkerHost } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { ActModule } from '../act/index.js';
import { queueName } from '../model/index.js';
import { provideLeadership, StoreModule } from '../store/index.js';
import { CircuitKeeper, PROCESS_LEADERSHIP } from './circuit-keeper.js';
import { DEAD_LETTER_QUEUE, DeadLetterMirror } from './dead-letter-mirror.js';
import { Drain, QUEUE_WORKERS } from './drain.js';
import { LeaseKeeper } from './lease-keeper.js';
import { queueWorkerFor, type QueueWorkerOptions } from './queue-worker.js';
import { RunProcessor } from './run-processor.js';
import { WORKED_QUEUES, WorkerLiveness } from './worker-liveness.js';
import { WorkerStart } from './worker-start.js';

@Module({})
export class ProcessModule {
  /**
   * @param providers names of the providers whose queues are worked on
   * @param dispatch the module that has the queues
   */
  static forProviders(
    providers: readonly string[],
    dispatch: DynamicModule,
    options: QueueWorkerOptions,
  ): DynamicModule {
    const workers = providers.map((provider) => queueWorkerFor(provider, options));
    return {
      module: ProcessModule,
      imports: [StoreModule, ActModule, dispatch, BullModule.registerQueue({ name: DEAD_LETTER_QUEUE })],
      providers: [
        LeaseKeeper,
        DeadLetterMirror,
        RunProcessor,
        provideLeadership(PROCESS_LEADERSHIP),
        CircuitKeeper,
        ...workers,
        { provide: QUEUE_WORKERS, inject: workers, useFactory: (...all: WorkerHost[]) => all },
        {
          provide: WORKED_QUEUES,
          inject: providers.map((provider) => getQueueToken(queueName(provider))),
          useFactory: (...queues: Queue[]) =>
            new Map(providers.map((provider, index) => [provider, queues[index]])),
        },
        WorkerLiveness,
        WorkerStart,
        Drain,
      ],
      exports: [WorkerLiveness, RunProcessor],
    };
  }
}
