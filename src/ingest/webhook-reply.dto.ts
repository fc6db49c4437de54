import { EVENT_STATUSES, type EventStatus } from '../model/index.js';
import { ApiProperty, ApiPropertyOptional } from '../platform/api-docs/index.js';

const OUTCOMES = ['accepted', 'duplicate'] as const;

/** The reply to a delivery of one event. */
export class EventReply {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ enum: OUTCOMES }) status!: (typeof OUTCOMES)[number];
  @ApiPropertyOptional({ enum: EVENT_STATUSES, description: 'How a known event stands' })
  eventStatus?: EventStatus;
  @ApiPropertyOptional({ description: 'The known event came with another body, which is kept' })
  conflict?: boolean;
}

/** The reply to a delivery of many events. */
export class BatchReply {
  @ApiProperty({ type: [String], description: 'Of the events, in the order of the delivery' }) ids!: string[];
  @ApiProperty({ enum: OUTCOMES, description: 'duplicate if all events were known' })
  status!: (typeof OUTCOMES)[number];
  @ApiPropertyOptional({
    enum: EVENT_STATUSES,
    isArray: true,
    description: 'How they stand, if all were known',
  })
  eventStatuses?: EventStatus[];
  @ApiPropertyOptional({ description: 'A known event came with another body, which is kept' })
  conflict?: boolean;
}
