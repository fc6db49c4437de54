import { DEAD_LETTER_STATUSES, FAILURE_CODES, type FailureCode, type RunStatus } from '../model/index.js';
import { ApiProperty, ApiPropertyOptional } from '../platform/api-docs/index.js';
import { FailureView } from './event.dto.js';
import { IsIn } from './field-rules.js';
import { IsLimit, IsText, IsTime, MayBeAbsent } from './query-fields.js';
import { ReceivedEventFields } from './received-fields.dto.js';

/** Which dead letters are meant; all that are given must hold. */
export class DeadLetterFilterFields extends ReceivedEventFields {
  @ApiPropertyOptional({ example: 'stripe-payment-succeeded' })
  @IsText()
  workflow?: string;

  @ApiPropertyOptional({ enum: FAILURE_CODES, description: 'Code of the last failure' })
  @MayBeAbsent()
  @IsIn(FAILURE_CODES)
  code?: FailureCode;

  @ApiPropertyOptional({ enum: DEAD_LETTER_STATUSES })
  @MayBeAbsent()
  @IsIn(DEAD_LETTER_STATUSES)
  status?: (typeof DEAD_LETTER_STATUSES)[number];

  @ApiPropertyOptional({ description: 'Failed for good at this time or later', format: 'date-time' })
  @IsTime()
  failedFrom?: Date;

  @ApiPropertyOptional({ description: 'Failed for good before this time', format: 'date-time' })
  @IsTime()
  failedBefore?: Date;
}

export class DeadLetterQuery extends DeadLetterFilterFields {
  @ApiPropertyOptional({ default: 50, minimum: 1, maximum: 200 })
  @IsLimit(200)
  limit: number = 50;

  @ApiPropertyOptional({ description: 'The nextCursor of the page before' })
  @IsText()
  cursor?: string;
}

export class PastFailure {
  @ApiProperty() attempt!: number;
  @ApiProperty() at!: Date;
  @ApiProperty({ nullable: true, type: FailureView }) failure!: FailureView | null;
}

export class DeadLetterView {
  @ApiProperty() runId!: string;
  @ApiProperty() eventId!: string;
  @ApiProperty() provider!: string;
  @ApiProperty() type!: string;
  @ApiProperty() workflow!: string;
  @ApiProperty() number!: number;
  @ApiProperty({ enum: DEAD_LETTER_STATUSES }) status!: RunStatus;
  @ApiProperty() attempts!: number;
  @ApiProperty() compensationAttempts!: number;
  @ApiProperty() receivedAt!: Date;
  @ApiProperty({ description: 'When it failed for good' }) finishedAt!: Date;
  @ApiProperty({ nullable: true, type: FailureView }) lastError!: FailureView | null;
  @ApiProperty({ type: [PastFailure], description: 'Every failure, the first one first' })
  failures!: PastFailure[];
}

export class DeadLetterPage {
  @ApiProperty({ type: [DeadLetterView] }) items!: DeadLetterView[];
  @ApiProperty({ nullable: true, type: String, description: 'null on the last page' })
  nextCursor!: string | null;
}
