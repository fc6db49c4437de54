import { Type } from 'class-transformer';
import { ApiProperty, ApiPropertyOptional } from '../platform/api-docs/index.js';
import { UNKNOWN_OUTCOMES, type UnknownOutcome } from '../store/index.js';
import { DeadLetterFilterFields } from './dead-letter.dto.js';
import { IsBoolean, IsIn, IsInstance, IsInt, Max, Min, ValidateNested } from './field-rules.js';
import { IsText, MayBeAbsent } from './query-fields.js';

/** What a person has to say about effects that may have happened. */
export class Decision {
  @ApiPropertyOptional({
    enum: UNKNOWN_OUTCOMES,
    description:
      'Do effects again that may have happened, or take them for done; without it such runs are skipped',
  })
  @MayBeAbsent()
  @IsIn(UNKNOWN_OUTCOMES)
  unknownOutcome?: UnknownOutcome;
}

export class RedriveOrderBody extends Decision {
  @ApiPropertyOptional({ type: DeadLetterFilterFields })
  @MayBeAbsent()
  @IsInstance(DeadLetterFilterFields)
  @ValidateNested()
  @Type(() => DeadLetterFilterFields)
  filter?: DeadLetterFilterFields;

  @ApiPropertyOptional({ description: 'Must be true if the filter is empty' })
  @MayBeAbsent()
  @IsBoolean()
  all?: boolean;

  @ApiPropertyOptional({ default: 50, minimum: 1, maximum: 10_000, description: 'Dead letters a second' })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(10_000)
  perSecond: number = 50;

  @ApiPropertyOptional({ description: 'For the audit trail' })
  @IsText()
  reason?: string;
}

export class RedrivenRun {
  @ApiProperty() runId!: string;
  @ApiProperty({
    nullable: true,
    type: String,
    description: 'The run that took its place, if what it did was undone',
  })
  newRunId!: string | null;
}

export class EventRedriveView {
  @ApiProperty({ type: [RedrivenRun] }) redriven!: RedrivenRun[];
  @ApiProperty({ description: 'Runs skipped: whether their effect happened is for a person to decide' })
  needsDecision!: number;
  @ApiProperty({ description: 'Runs skipped: retention has dropped the payload' })
  payloadDropped!: number;
}

export class RedriveView {
  @ApiProperty() id!: string;
  @ApiProperty({ enum: ['running', 'stopped', 'done'] }) status!: string;
  @ApiProperty({ type: Object }) filter!: Readonly<Record<string, string>>;
  @ApiProperty() perSecond!: number;
  @ApiProperty({ nullable: true, enum: UNKNOWN_OUTCOMES }) unknownOutcome!: UnknownOutcome | null;
  @ApiProperty({ nullable: true, type: String }) reason!: string | null;
  @ApiProperty() actor!: string;
  @ApiProperty({ description: 'What failed later is left alone' }) failedBefore!: Date;
  @ApiProperty() redriven!: number;
  @ApiProperty() needsDecision!: number;
  @ApiProperty() payloadDropped!: number;
  @ApiProperty() createdAt!: Date;
  @ApiProperty({ nullable: true, type: Date }) finishedAt!: Date | null;
}

export class RedriveList {
  @ApiProperty({ type: [RedriveView] }) items!: RedriveView[];
}

export class StepsDone {
  @ApiProperty() workflow!: string;
  @ApiProperty() step!: string;
  @ApiProperty() runs!: number;
}

export class PreviewView {
  @ApiProperty({ description: 'Runs that would be redriven' }) runs!: number;
  @ApiProperty({ description: 'Of them, those whose place a new run takes' }) newRuns!: number;
  @ApiProperty() needsDecision!: number;
  @ApiProperty() payloadDropped!: number;
  @ApiProperty({ type: Object }) byWorkflow!: Readonly<Record<string, number>>;
  @ApiProperty({ type: Object }) byCode!: Readonly<Record<string, number>>;
  @ApiProperty({ type: [StepsDone], description: 'Effects that will not be repeated' })
  stepsDone!: readonly StepsDone[];
}
