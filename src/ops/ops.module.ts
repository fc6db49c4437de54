import { Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import type { Logger } from 'winston';
import { CONFIG, type Config } from '../platform/config/index.js';
import { LOGGER, LogLevel } from '../platform/logging/index.js';
import { StoreModule } from '../store/index.js';
import { AuditController } from './audit.controller.js';
import { CircuitsController } from './circuits.controller.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { EventsController } from './events.controller.js';
import { DrainDelay } from './health/drain-delay.js';
import { HealthChecks } from './health/health-checks.js';
import { HealthController } from './health/health.controller.js';
import { LogLevelController } from './log-level.controller.js';
import { MetricsController } from './metrics.controller.js';
import { OpsTokenGuard } from './ops-token.guard.js';
import { Readiness } from './health/readiness.js';
import { RedriveController } from './redrive.controller.js';
import { RedrivesController } from './redrives.controller.js';
import { RejectedRequestsController } from './rejected-requests.controller.js';
import { ReleaseController } from './release.controller.js';
import { SchemaDriftController } from './schema-drift.controller.js';
import { ServiceGauges } from './service-gauges.js';

/** The operations API. */
const CONTROLLERS = [
  CircuitsController,
  EventsController,
  DeadLettersController,
  RedriveController,
  RedrivesController,
  AuditController,
  RejectedRequestsController,
  ReleaseController,
  SchemaDriftController,
];

const logLevel = {
  provide: LogLevel,
  inject: [LOGGER, CONFIG],
  useFactory: (logger: Logger, config: Config) => new LogLevel(logger, config.logLevel),
};

@Module({})
export class OpsModule {
  /**
   * @param observed the modules that know the queues and, where there are any, the request lane and the workers
   * @param api whether to serve all of the operations API, and not only what is about this process
   */
  static with(observed: readonly DynamicModule[], api: boolean): DynamicModule {
    return {
      module: OpsModule,
      imports: [TerminusModule.forRoot({ errorLogStyle: 'json', logger: false }), StoreModule, ...observed],
      controllers: [HealthController, MetricsController, LogLevelController, ...(api ? CONTROLLERS : [])],
      providers: [HealthChecks, Readiness, DrainDelay, ServiceGauges, OpsTokenGuard, logLevel],
    };
  }
}
