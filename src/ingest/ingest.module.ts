import { Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from 'winston';
import { LOGGER } from '../platform/logging/index.js';
import { RecordModule } from '../record/index.js';
import { AcceptDelivery } from './accept-delivery.js';
import { PayloadCheck } from './payload-check.js';
import { PayloadWarnings } from './payload-warnings.js';
import { SignatureGuard } from './signature.guard.js';
import { WebhooksController } from './webhooks.controller.js';

@Module({})
export class IngestModule {
  /** @param dispatch the module that offers runs to their queues */
  static with(dispatch: DynamicModule): DynamicModule {
    return {
      module: IngestModule,
      imports: [RecordModule, dispatch],
      controllers: [WebhooksController],
      providers: [
        PayloadWarnings,
        {
          provide: PayloadCheck,
          inject: [PayloadWarnings, LOGGER],
          useFactory: (warnings: PayloadWarnings, logger: Logger) => new PayloadCheck(warnings, logger),
        },
        AcceptDelivery,
        SignatureGuard,
      ],
      exports: [PayloadWarnings],
    };
  }
}
