import { Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { StoreModule } from '../store/index.js';
import { AuditController } from './audit.controller.js';
import { CircuitsController } from './circuits.controller.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { EventsController } from './events.controller.js';
import { HealthChecks } from './health-checks.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { OpsTokenGuard } from './ops-token.guard.js';
import { Readiness } from './readiness.js';
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

@Module({})
export class OpsModule {
  /**
   * @param observed the modules that know the queues and, where there are any, the request lane and the workers
   * @param api whether to serve the operations API beside the health checks and the metrics
   */
  static with(observed: readonly DynamicModule[], api: boolean): DynamicModule {
    return {
      module: OpsModule,
      imports: [TerminusModule.forRoot({ errorLogStyle: 'json', logger: false }), StoreModule, ...observed],
      controllers: [HealthController, MetricsController, ...(api ? CONTROLLERS : [])],
      providers: [HealthChecks, Readiness, ServiceGauges, OpsTokenGuard],
    };
  }
}
