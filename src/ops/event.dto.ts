import { EVENT_STATUSES, RUN_STATUSES, type EventStatus, type RunStatus } from '../model/index.js';
import { ApiProperty, ApiPropertyOptional } from '../platform/api-docs/index.js';
import { IsIn, IsOptional, IsUUID } from './field-rules.js';
import { IsLimit, IsText } from './query-fields.js';
import { ReceivedEventFields } from './received-fields.dto.js';

/** Filters of the event list; all that are given must hold. */
export class EventQuery extends ReceivedEventFields {
  @ApiPropertyOptional({ enum: EVENT_STATUSES })
  @IsOptional()
  @IsIn(EVENT_STATUSES)
  status?: EventStatus;

  @ApiPropertyOptional()
  @IsText()
  account?: string;

  @ApiPropertyOptional()
  @IsText()
  deliveryKey?: string;

  @ApiPropertyOptional({ example: 'octo/repo#12' })
  @IsText()
  entity?: string;

  @ApiPropertyOptional({ default: 50, minimum: 1, maximum: 200 })
  @IsLimit(200)
  limit: number = 50;

  @ApiPropertyOptional({ description: 'The nextCursor of the page before' })
  @IsOptional()
  @IsUUID()
  cursor?: string;
}

export class FailureView {
  @ApiProperty() code!: string;
  @ApiProperty() message!: string;
  @ApiProperty({ nullable: true, type: String }) step!: string | null;
  @ApiProperty() retryable!: boolean;
}

export class RunSummary {
  @ApiProperty() id!: string;
  @ApiProperty() workflow!: string;
  @ApiProperty() number!: number;
  @ApiProperty({ enum: RUN_STATUSES }) status!: RunStatus;
  @ApiProperty() attempts!: number;
  @ApiProperty({ nullable: true, type: Date }) nextAttemptAt!: Date | null;
  @ApiProperty({ nullable: true, type: FailureView }) lastError!: FailureView | null;
}

class EffectView {
  @ApiProperty({ enum: ['started', 'done', 'failed'] }) status!: string;
  @ApiProperty({ nullable: true, type: Object }) output!: unknown;
  @ApiProperty() idempotencyKey!: string;
  @ApiProperty() startedAt!: Date;
  @ApiProperty({ nullable: true, type: Date }) finishedAt!: Date | null;
}

/** How a step is undone. */
export class CompensationView extends EffectView {}

export class StepView extends EffectView {
  @ApiProperty() name!: string;
  @ApiProperty() action!: string;
  @ApiProperty({ nullable: true, type: CompensationView }) compensation!: CompensationView | null;
}

export class TransitionView {
  @ApiProperty({ enum: RUN_STATUSES }) from!: RunStatus;
  @ApiProperty({ enum: RUN_STATUSES }) to!: RunStatus;
  @ApiProperty() at!: Date;
  @ApiProperty() attempt!: number;
  @ApiProperty() reason!: string;
  @ApiProperty() actor!: string;
  @ApiProperty({ nullable: true, type: String, description: '32 hexadecimal digits' })
  traceId!: string | null;
  @ApiProperty({ nullable: true, type: Object }) detail!: unknown;
}

export class RunView extends RunSummary {
  @ApiProperty() workflowVersion!: number;
  @ApiProperty() crashes!: number;
  @ApiProperty() compensationAttempts!: number;
  @ApiProperty({ nullable: true, type: String, description: 'The circuit that it waits for' })
  waitingOn!: string | null;
  @ApiProperty({ nullable: true, type: String, description: 'The run that a redrive has put in its place' })
  supersededBy!: string | null;
  @ApiProperty({ type: [StepView] }) steps!: StepView[];
  @ApiProperty({ type: [TransitionView] }) transitions!: TransitionView[];
}

class EventFacts {
  @ApiProperty() id!: string;
  @ApiProperty() provider!: string;
  @ApiProperty() account!: string;
  @ApiProperty() type!: string;
  @ApiProperty({ nullable: true, type: String }) entity!: string | null;
  @ApiProperty() deliveryKey!: string;
  @ApiProperty({ nullable: true, type: Date }) occurredAt!: Date | null;
  @ApiProperty() receivedAt!: Date;
  @ApiProperty({ enum: EVENT_STATUSES }) status!: EventStatus;
  @ApiProperty({ nullable: true, type: String, description: 'Of the request that brought it' })
  correlationId!: string | null;
  @ApiProperty({
    nullable: true,
    type: String,
    description:
      'The event of which it may be a replay: it came with the same signed content under another id',
  })
  suspectedReplayOf!: string | null;
}

export class EventSummary extends EventFacts {
  @ApiProperty({ type: [RunSummary] }) runs!: RunSummary[];
}

export class EventView extends EventFacts {
  @ApiProperty({
    description: 'The parsed body, or null if retention has dropped it',
    nullable: true,
    type: Object,
  })
  payload!: unknown;
  @ApiProperty({ type: Object }) headers!: Record<string, string>;
  @ApiProperty({ type: [RunView] }) runs!: RunView[];
}

export class EventPage {
  @ApiProperty({ type: [EventSummary] }) items!: EventSummary[];
  @ApiProperty({ nullable: true, type: String, description: 'null on the last page' })
  nextCursor!: string | null;
}
