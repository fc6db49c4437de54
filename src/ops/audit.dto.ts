import { RUN_STATUSES, type RunStatus } from '../model/index.js';
import { ApiProperty, ApiPropertyOptional } from '../platform/api-docs/index.js';
import { IsOptional, IsUUID } from './field-rules.js';
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
