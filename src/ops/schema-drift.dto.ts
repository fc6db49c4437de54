import { ApiProperty, ApiPropertyOptional } from '../platform/api-docs/index.js';
import { IsIn, IsOptional, Matches } from './field-rules.js';
import { IsLimit, IsText, MayBeAbsent } from './query-fields.js';

const CHANGES = ['new', 'gone'] as const;

export class SchemaDriftQuery {
  @ApiPropertyOptional({ example: 'stripe' })
  @IsText()
  provider?: string;

  @ApiPropertyOptional({ example: 'payment_intent.succeeded' })
  @IsText()
  type?: string;

  @ApiPropertyOptional({ enum: CHANGES })
  @MayBeAbsent()
  @IsIn(CHANGES)
  change?: (typeof CHANGES)[number];

  @ApiPropertyOptional({ default: 50, minimum: 1, maximum: 200 })
  @IsLimit(200)
  limit: number = 50;

  @ApiPropertyOptional({ description: 'The nextCursor of the page before' })
  @IsOptional()
  @Matches(/^[1-9]\d{0,17}$/, { message: 'cursor must be the nextCursor of a page' })
  cursor?: string;
}

export class SchemaDriftView {
  @ApiProperty() provider!: string;
  @ApiProperty() type!: string;
  @ApiProperty({ example: '/data/object/amount', description: '* stands for the elements of a list' })
  path!: string;
  @ApiProperty({ enum: CHANGES, description: 'gone: it was always there, in 20 payloads at least' })
  change!: (typeof CHANGES)[number];
  @ApiProperty({ description: 'Payloads of the type that had been looked at by then' })
  observed!: number;
  @ApiProperty() foundAt!: Date;
  @ApiProperty({ nullable: true, type: Date, description: 'When a field that was gone came again' })
  returnedAt!: Date | null;
}

export class SchemaDriftPage {
  @ApiProperty({ type: [SchemaDriftView] }) items!: SchemaDriftView[];
  @ApiProperty({ nullable: true, type: String, description: 'null on the last page' })
  nextCursor!: string | null;
}
