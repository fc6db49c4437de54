import { Body, Controller, Get, Inject, Put, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '../platform/api-docs/index.js';
import { LogLevel } from '../platform/logging/index.js';
import { JsonBody } from './json-body.js';
import { LogLevelChange, LogLevelView } from './log-level.dto.js';
import { OpsTokenGuard } from './ops-token.guard.js';

/** How much this one process logs, without a restart: what is looked for may be gone after one. */
@ApiTags('log level')
@ApiBearerAuth()
@ApiResponse({ status: 401, description: 'No OPS_TOKEN, or a wrong one' })
@UseGuards(OpsTokenGuard)
@Controller('api/v1/log-level')
export class LogLevelController {
  constructor(@Inject(LogLevel) private readonly logLevel: LogLevel) {}

  @Get()
  @ApiOperation({ summary: 'How much this process logs' })
  @ApiOkResponse({ type: LogLevelView })
  show(): LogLevelView {
    return this.logLevel.state;
  }

  @Put()
  @ApiOperation({
    summary: 'Log more or less for a while',
    description: 'In this process alone. After the time it is LOG_LEVEL again.',
  })
  @ApiOkResponse({ type: LogLevelView })
  @ApiResponse({ status: 400, description: 'Not a level, or not a time' })
  change(@Body(new JsonBody()) { level, minutes }: LogLevelChange): LogLevelView {
    return this.logLevel.change(level, minutes);
  }
}
