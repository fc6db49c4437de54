import { Module, type DynamicModule } from '@nestjs/common';
import { RecordModule } from '../record/index.js';
import { StoreModule } from '../store/index.js';
import { AcceptDelivery } from './accept-delivery.js';
import { Quarantine } from './quarantine.js';
import { ReleaseRejected } from './release-rejected.js';
import { SignatureGuard } from './signature.guard.js';
import { WebhooksController } from './webhooks.controller.js';

@Module({})
export class IngestModule {
  /** @param dispatch the module that offers runs to their queues */
  static with(dispatch: DynamicModule): DynamicModule {
    return {
      module: IngestModule,
      imports: [RecordModule, StoreModule, dispatch],
      controllers: [WebhooksController],
      providers: [AcceptDelivery, SignatureGuard, Quarantine, ReleaseRejected],
      exports: [ReleaseRejected],
    };
  }
}
