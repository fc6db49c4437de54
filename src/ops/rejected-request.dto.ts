import { Type } from 'class-transformer';
import { REJECTION_STATES, type RejectionState } from '../model/index.js';
import { ApiProperty, ApiPropertyOptional } from '../platform/api-docs/index.js';
import { IsBoolean, IsIn, IsInstance, IsOptional, IsUUID, ValidateNested } from './field-rules.js';
import { IsLimit, IsText, MayBeAbsent } from './query-fields.js';
import { ReceivedFields } from './received-fields.dto.js';

/** Which rejected requests are meant; all that are given must hold. */
export class RejectedRequestFilterFields extends ReceivedFields {
  @ApiPropertyOptional({ example: 'signature_mismatch', description: 'Why it was refused the last time' })
  @IsText()
  reason?: string;
}

export class RejectedRequestQuery extends RejectedRequestFilterFields {
  @ApiPropertyOptional({ enum: REJECTION_STATES })
  @MayBeAbsent()
  @IsIn(REJECTION_STATES)
  state?: RejectionState;

  @ApiPropertyOptional({ default: 50, minimum: 1, maximum: 200 })
  @IsLimit(200)
  limit: number = 50;

  @ApiPropertyOptional({ description: 'The nextCursor of the page before' })
  @IsOptional()
  @IsUUID()
  cursor?: string;
}

export class SettlementReason {
  @ApiPropertyOptional({ description: 'For the audit' })
  @IsText()
  reason?: string;
}

export class ReleaseOrderBody extends SettlementReason {
  @ApiPropertyOptional({ type: RejectedRequestFilterFields })
  @MayBeAbsent()
  @IsInstance(RejectedRequestFilterFields)
  @ValidateNested()
  @Type(() => RejectedRequestFilterFields)
  filter?: RejectedRequestFilterFields;

  @ApiPropertyOptional({ description: 'Must be true if the filter is empty' })
  @MayBeAbsent()
  @IsBoolean()
  all?: boolean;

  @ApiPropertyOptional({ description: 'The nextCursor of the reply before' })
  @IsOptional()
  @IsUUID()
  cursor?: string;
}

export class FaultView {
  @ApiProperty({ description: 'JSON pointer, or name of a header' }) path!: string;
  @ApiProperty() message!: string;
}

export class RejectedRequestSummary {
  @ApiProperty() id!: string;
  @ApiProperty() provider!: string;
  @ApiProperty() receivedAt!: Date;
  @ApiProperty({ description: 'Address that it came from' }) source!: string;
  @ApiProperty() url!: string;
  @ApiProperty({ description: 'Why it was refused the last time that it was looked at' }) reason!: string;
  @ApiProperty({ type: [FaultView] }) faults!: readonly FaultView[];
  @ApiProperty() bodySha256!: string;
  @ApiProperty() bodyBytes!: number;
  @ApiProperty({ description: 'How often the same body came from the same address' }) times!: number;
  @ApiProperty() lastReceivedAt!: Date;
  @ApiProperty({ enum: REJECTION_STATES }) state!: RejectionState;
  @ApiProperty({ type: [String], description: 'What it was released as' }) eventIds!: readonly string[];
  @ApiProperty({ nullable: true, type: Date }) settledAt!: Date | null;
  @ApiProperty({ nullable: true, type: String }) settledBy!: string | null;
}

export class RejectedRequestPage {
  @ApiProperty({ type: [RejectedRequestSummary] }) items!: RejectedRequestSummary[];
  @ApiProperty({ nullable: true, type: String, description: 'null on the last page' })
  nextCursor!: string | null;
}

export class FindingView {
  @ApiProperty({ example: 'clock_off' }) cause!: string;
  @ApiProperty() says!: string;
  @ApiProperty({ description: 'What to do' }) next!: string;
}

export class DiagnosisView {
  @ApiProperty({ type: [FindingView], description: 'Proven: so changed, the request verifies' })
  findings!: FindingView[];
  @ApiProperty({ type: [String], description: 'What it shows by itself; that proves nothing' })
  signs!: string[];
  @ApiProperty({ type: [String], description: 'What was tried' }) checked!: readonly string[];
}

export class RejectedRequestView extends RejectedRequestSummary {
  @ApiProperty({ type: Object, description: 'Header names, each with every value that was sent' })
  headers!: Readonly<Record<string, readonly string[]>>;
  @ApiProperty({ nullable: true, type: String, description: 'null if it is no UTF-8, or not kept any more' })
  body!: string | null;
  @ApiProperty({ nullable: true, type: DiagnosisView, description: 'null unless it is held' })
  diagnosis!: DiagnosisView | null;
}

export class ReleasedView {
  @ApiProperty() id!: string;
  @ApiProperty({ type: [String] }) eventIds!: readonly string[];
}

export class ReleasesView {
  @ApiProperty({ type: [ReleasedView] }) released!: ReleasedView[];
  @ApiProperty({ type: Object, description: 'Requests that stay held, by why' })
  refused!: Readonly<Record<string, number>>;
  @ApiProperty({ nullable: true, type: String, description: 'null if none is left to be looked at' })
  nextCursor!: string | null;
}
