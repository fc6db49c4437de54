import { Module, type DynamicModule } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import type { Logger } from 'winston';
import { CONFIG, type Config } from '../platform/config/index.js';
import { LOGGER } from '../platform/logging/index.js';
import { QUEUE_CONNECTIONS, type QueueConnections } from '../platform/queue/index.js';
import { MemoryStorage, RedisStorage } from '../platform/rate-limit/index.js';
import { RecordModule } from '../record/index.js';
import { StoreModule } from '../store/index.js';
import { AcceptDelivery } from './accept-delivery.js';
import { FailedVerifications } from './failed-verifications.js';
import { ProviderRateGuard, providerRates } from './provider-rate.guard.js';
import { Quarantine } from './quarantine.js';
import { ReleaseRejected } from './release-rejected.js';
import { PayloadCheck } from './payload-check.js';
import { PayloadWarnings } from './payload-warnings.js';
import { SchemaDriftWatch } from './schema-drift-watch.js';
import { SignatureGuard } from './signature.guard.js';
import { WebhooksController } from './webhooks.controller.js';

/** Where limits are counted: in Redis for all processes together, or without one by each for itself. */
const limits = ThrottlerModule.forRootAsync({
  inject: [CONFIG, QUEUE_CONNECTIONS, LOGGER],
  useFactory: (config: Config, { redis, prefix }: QueueConnections, logger: Logger) =>
    providerRates(
      config,
      redis === undefined ? new MemoryStorage() : new RedisStorage(redis, prefix, logger),
    ),
});

@Module({})
export class IngestModule {
  /** @param dispatch the module that offers runs to their queues */
  static with(dispatch: DynamicModule): DynamicModule {
    return {
      module: IngestModule,
      imports: [RecordModule, StoreModule, dispatch, limits],
      controllers: [WebhooksController],
      providers: [
        PayloadWarnings,
        SchemaDriftWatch,
        {
          provide: PayloadCheck,
          inject: [PayloadWarnings, SchemaDriftWatch, LOGGER],
          useFactory: (warnings: PayloadWarnings, drift: SchemaDriftWatch, logger: Logger) =>
            new PayloadCheck(warnings, drift, logger),
        },
        AcceptDelivery,
        FailedVerifications,
        SignatureGuard,
        ProviderRateGuard,
        Quarantine,
        ReleaseRejected,
      ],
      exports: [PayloadWarnings, ReleaseRejected],
    };
  }
}
