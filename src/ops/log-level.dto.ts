import { ApiProperty, ApiPropertyOptional } from '../platform/api-docs/index.js';
import { LOG_LEVELS, type LogLevelName } from '../platform/logging/index.js';
import { IsIn, IsInt, Max, Min } from './field-rules.js';
import { IsText, MayBeAbsent } from './query-fields.js';

/** A day, in minutes. */
const LONGEST = 1_440;

export class LogLevelChange {
  @ApiProperty({ enum: LOG_LEVELS })
  @IsIn(LOG_LEVELS)
  level!: LogLevelName;

  @ApiPropertyOptional({ default: 15, minimum: 1, maximum: LONGEST })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(LONGEST)
  minutes: number = 15;

  @ApiPropertyOptional({ description: 'For the audit' })
  @IsText()
  reason?: string;
}

export class LogLevelView {
  @ApiProperty({ enum: LOG_LEVELS }) level!: LogLevelName;
  @ApiProperty({ enum: LOG_LEVELS, description: 'LOG_LEVEL' }) configured!: LogLevelName;
  @ApiProperty({ nullable: true, type: Date, description: 'When it is the configured one again' })
  until!: Date | null;
}
