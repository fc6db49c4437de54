import { ApiProperty } from '../platform/api-docs/index.js';
import type { CircuitState } from '../platform/circuit-breaker/index.js';
import { IsString, Matches, MaxLength, NotContains } from './field-rules.js';

const CIRCUIT_STATES = ['closed', 'open', 'half_open'] as const satisfies readonly CircuitState[];

/** Longest reason, in characters. */
const REASON_LIMIT = 500;

export class CircuitReason {
  @ApiProperty({ maxLength: REASON_LIMIT, description: 'Kept in the audit trail' })
  @IsString()
  @MaxLength(REASON_LIMIT)
  @NotContains('\0')
  @Matches(/\S/, { message: 'reason must not be empty' })
  reason!: string;
}

export class CircuitView {
  @ApiProperty({ example: 'smtp:mail.example.org:587' }) name!: string;
  @ApiProperty({ enum: CIRCUIT_STATES }) state!: CircuitState;
  @ApiProperty({ description: 'Opened by a person, and closed by nobody else' }) manual!: boolean;
  @ApiProperty({ description: 'In the window of 30 seconds; not counted while nothing fails' })
  successes!: number;
  @ApiProperty() failures!: number;
  @ApiProperty({ nullable: true, type: Date }) openedAt!: Date | null;
  @ApiProperty({ nullable: true, type: Date, description: 'When a probe may be made' })
  retryAt!: Date | null;
  @ApiProperty({ nullable: true, type: String }) reason!: string | null;
  @ApiProperty({ nullable: true, type: String }) actor!: string | null;
  @ApiProperty() updatedAt!: Date;
  @ApiProperty({ description: 'Runs that go on when it is closed' }) waitingRuns!: number;
}

export class CircuitList {
  @ApiProperty({ type: [CircuitView] }) items!: CircuitView[];
}
