import { applyDecorators, Controller, Get, UseFilters } from '@nestjs/common';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
} from '@nestjs/terminus';
import { ApiHealthCheck, ApiTags } from '../../platform/api-docs/index.js';
import { HealthChecks } from './health-checks.js';
import { HealthFilter } from './health.filter.js';
import { Readiness } from './readiness.js';

/** Not cached, and described. */
const HealthReport = (): MethodDecorator =>
  applyDecorators(HealthCheck({ noCache: true, swaggerDocumentation: false }), ApiHealthCheck());

@ApiTags('health')
@UseFilters(HealthFilter)
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly checks: HealthChecks,
    private readonly readiness: Readiness,
    private readonly indicators: HealthIndicatorService,
  ) {}

  /** Everything that whoever is on call may want to know first. */
  @Get()
  @HealthReport()
  async all(): Promise<HealthCheckResult> {
    const { checks } = this;
    return this.health.check([
      () => checks.database(),
      () => checks.migrations(),
      () => checks.queue(),
      () => checks.workers(),
      () => checks.events(),
      () => checks.memory(),
      () => checks.disk(),
      () => checks.eventLoop(),
    ]);
  }

  /** Only what a restart would mend: that this answers, and that its workers take jobs. */
  @Get('live')
  @HealthReport()
  async live(): Promise<HealthCheckResult> {
    return this.health.check([() => this.checks.workers()]);
  }

  /** Whether to send traffic here. A queue that is away is no reason not to: accepting goes on. */
  @Get('ready')
  @HealthReport()
  async ready(): Promise<HealthCheckResult> {
    const { state } = this.readiness;
    return this.health.check([
      () => {
        const check = this.indicators.check('service');
        return state === 'ready' ? check.up() : check.down({ state });
      },
      () => this.checks.database(),
    ]);
  }
}
