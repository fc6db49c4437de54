import { BullModule } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import { EventsProcessor } from './events.processor.js';
import { PrismaService } from './prisma.service.js';
import { EVENTS_QUEUE } from './queue.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksService } from './webhooks.service.js';

export type Role = 'api' | 'worker' | 'all';

@Module({})
export class AppModule {
  static for(role: Role): DynamicModule {
    return {
      module: AppModule,
      imports: [
        BullModule.forRoot({
          connection: { url: process.env['REDIS_URL'] },
          defaultJobOptions: {
            attempts: 3,
            backoff: { type: 'exponential', delay: 1_000 },
            removeOnComplete: 10,
            removeOnFail: 1_000,
          },
        }),
        BullModule.registerQueue({ name: EVENTS_QUEUE }),
      ],
      controllers: role === 'worker' ? [] : [WebhooksController],
      providers: [PrismaService, WebhooksService, ...(role === 'api' ? [] : [EventsProcessor])],
    };
  }
}
