import { Body, Controller, Get, Inject, Put, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'winston';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '../platform/api-docs/index.js';
import { CONFIG, type Config } from '../platform/config/index.js';
import { LOGGER, LogLevel, type LogIds } from '../platform/logging/index.js';
import { processName } from '../platform/process/index.js';
import { AuditStore } from '../store/index.js';
import { JsonBody } from './json-body.js';
import { LogLevelChange, LogLevelView } from './log-level.dto.js';
import { OPS_ACTOR, OpsTokenGuard } from './ops-token.guard.js';

/** How much this one process logs, without a restart: what is looked for may be gone after one. */
@ApiTags('log level')
@ApiBearerAuth()
@ApiResponse({ status: 401, description: 'No OPS_TOKEN, or a wrong one' })
@UseGuards(OpsTokenGuard)
@Controller('api/v1/log-level')
export class LogLevelController {
  constructor(
    @Inject(LogLevel) private readonly logLevel: LogLevel,
    private readonly audit: AuditStore,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Get()
  @ApiOperation({ summary: 'How much this process logs' })
  @ApiOkResponse({ type: LogLevelView })
  show(): LogLevelView {
    return this.logLevel.state;
  }

  @Put()
  @ApiOperation({
    summary: 'Log more or less for a while',
    description: 'In this process alone. After the time it is LOG_LEVEL again. Written into the audit.',
  })
  @ApiOkResponse({ type: LogLevelView })
  @ApiResponse({ status: 400, description: 'Not a level, or not a time' })
  change(
    @Body(new JsonBody()) { level, minutes, reason }: LogLevelChange,
    @Req() { id: correlationId }: FastifyRequest,
  ): LogLevelView {
    const { level: from } = this.logLevel.state;
    const state = this.logLevel.change(level, minutes, { correlationId });
    // Not waited for: more is to be seen above all while the database hangs.
    const detail = { from, to: level, until: state.until?.toISOString() ?? null, reason: reason ?? null };
    void this.writeDown(detail, { correlationId });
    return state;
  }

  private async writeDown(detail: Record<string, string | null>, ids: LogIds): Promise<void> {
    try {
      const subject = processName(this.config.role);
      await this.audit.write({ actor: OPS_ACTOR, action: 'log_level_changed', subject, detail });
    } catch (error) {
      this.logger.warn('A change of the log level is not in the audit', { ...ids, error, ...detail });
    }
  }
}
