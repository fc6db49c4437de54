import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '../platform/api-docs/index.js';
import { AuditReader } from '../store/index.js';
import { AuditQuery, AuditView } from './audit.dto.js';
import { queryOf } from './json-body.js';
import { OpsTokenGuard } from './ops-token.guard.js';

/** The operations API: whether runs are what their audit trail says. */
@ApiTags('audit')
@ApiBearerAuth()
@ApiResponse({ status: 401, description: 'No OPS_TOKEN, or a wrong one' })
@UseGuards(OpsTokenGuard)
@Controller('api/v1/audit')
export class AuditController {
  constructor(private readonly audit: AuditReader) {}

  @Get()
  @ApiOperation({ summary: 'Make runs anew from their transitions, and compare' })
  @ApiOkResponse({ type: AuditView })
  async check(@Query(queryOf()) { limit, cursor }: AuditQuery): Promise<AuditView> {
    return this.audit.check(limit, cursor);
  }
}
