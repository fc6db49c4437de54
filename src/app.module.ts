import { BullModule } from '@nestjs/bullmq';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule, getConfigToken, registerAs } from '@nestjs/config';
import { WinstonModule } from 'nest-winston';
import type { Logger } from 'winston';
import { DispatchModule } from './dispatch/index.js';
import { IngestModule, PROVIDERS, type ProviderRegistry } from './ingest/index.js';
import { OpsModule } from './ops/index.js';
import { CircuitBreaker } from './platform/circuit-breaker/index.js';
import { CONFIG, type Config } from './platform/config/index.js';
import { DATABASE_POOL, type DatabasePool } from './platform/database/index.js';
import { LOGGER } from './platform/logging/index.js';
import { WORKER } from './platform/process/index.js';
import { QUEUE_CONNECTIONS, type QueueConnections } from './platform/queue/index.js';
import { ProcessModule } from './process/index.js';
import { PostgresCircuitStore, StoreModule } from './store/index.js';

/** What is made before the application, and closed after it. */
export interface Resources {
  readonly config: Config;
  readonly logger: Logger;
  readonly pool: DatabasePool;
  readonly queue: QueueConnections;
  readonly providers: ProviderRegistry;
}

/** The only place where the parts are put together, in the order in which an event meets them. */
@Module({})
export class AppModule {
  static with(resources: Resources): DynamicModule {
    const { config, queue, providers } = resources;
    const configured = [...providers.values()]
      .filter(({ verifier }) => verifier.configured)
      .map(({ provider }) => provider.name);
    const dispatch = DispatchModule.forProviders(configured);
    const ingest = config.role === 'worker' ? [] : [IngestModule.with(dispatch)];
    const workers =
      config.role === 'api'
        ? []
        : [
            ProcessModule.forProviders(configured, dispatch, {
              connections: queue,
              concurrency: config.workerConcurrency,
            }),
          ];
    return {
      module: AppModule,
      imports: [
        PlatformModule.with(resources),
        ...ingest,
        dispatch,
        ...(config.role === 'api' ? [] : [CircuitModule]),
        ...workers,
        OpsModule.with([dispatch, ...ingest, ...workers], config.role !== 'worker'),
      ],
    };
  }
}

/** Name of the {@link Config} within Nest's own configuration module. */
const NAMESPACE = 'service';

/** What every part may ask for. */
@Module({})
class PlatformModule {
  static with({ config, logger, pool, queue, providers }: Resources): DynamicModule {
    const shared = [
      // Commands and the telemetry read the configuration, too, and need not load Nest for that.
      { provide: CONFIG, useExisting: getConfigToken(NAMESPACE) },
      { provide: LOGGER, useValue: logger },
      { provide: PROVIDERS, useValue: providers },
      { provide: DATABASE_POOL, useValue: pool },
      { provide: QUEUE_CONNECTIONS, useValue: queue },
    ];
    return {
      module: PlatformModule,
      global: true,
      imports: [
        ConfigModule.forRoot({
          isGlobal: true,
          ignoreEnvFile: true,
          skipProcessEnv: true,
          load: [registerAs(NAMESPACE, () => config)],
        }),
        WinstonModule.forRoot({ instance: logger }),
        BullModule.forRoot({ connection: queue.producer, prefix: queue.prefix }),
      ],
      providers: shared,
      exports: shared,
    };
  }
}

/** The circuits of whoever does the work. */
@Global()
@Module({
  imports: [StoreModule],
  providers: [
    {
      provide: CircuitBreaker,
      inject: [PostgresCircuitStore, CONFIG, LOGGER],
      useFactory: (store: PostgresCircuitStore, config: Config, logger: Logger) =>
        new CircuitBreaker(
          store,
          {
            cooldownMs: config.circuitCooldownMs,
            threshold: config.circuitFailures,
            actor: WORKER,
          },
          logger,
        ),
    },
  ],
  exports: [CircuitBreaker],
})
class CircuitModule {}
