import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { IsOptional, IsUUID } from 'class-validator';
import { RUN_STATUSES, type RunStatus } from '../model/index.js';
import { AuditReader } from '../store/index.js';
import { queryOf } from './json-body.js';
import { OpsTokenGuard } from './ops-token.guard.js';
import { IsLimit } from './query-fields.js';

export class AuditQuery {
  @ApiPropertyOptional({ default: 1000, minimum: 1, maximum: 5000, description: 'Runs to check' })
  @IsLimit(5000)
  limit: number = 1000;

  @ApiPropertyOptional({ description: 'The nextCursor of the page before' })
  @IsOptional()
  @IsUUID()
  cursor?: string;
}

export class RunAccountView {
  @ApiProperty({ enum: RUN_STATUSES }) status!: RunStatus;
  @ApiProperty() attempts!: number;
  @ApiProperty() compensationAttempts!: number;
  @ApiProperty() crashes!: number;
}

export class MismatchView {
  @ApiProperty() runId!: string;
  @ApiProperty() eventId!: string;
  @ApiProperty({ type: RunAccountView }) recorded!: RunAccountView;
  @ApiProperty({ nullable: true, type: RunAccountView }) rebuilt!: RunAccountView | null;
  @ApiProperty() fault!: string;
}

export class AuditView {
  @ApiProperty() checked!: number;
  @ApiProperty({ type: [MismatchView] }) mismatches!: readonly MismatchView[];
  @ApiProperty({ nullable: true, type: String, description: 'null on the last page' })
  nextCursor!: string | null;
}

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
