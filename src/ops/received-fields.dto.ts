import { ApiPropertyOptional } from '../platform/api-docs/index.js';
import { IsText, IsTime } from './query-fields.js';

/** What every list can be filtered by; all that are given must hold. */
export class ReceivedFields {
  @ApiPropertyOptional({ example: 'stripe' })
  @IsText()
  provider?: string;

  @ApiPropertyOptional({ description: 'Received at this time or later', format: 'date-time' })
  @IsTime()
  receivedFrom?: Date;

  @ApiPropertyOptional({ description: 'Received before this time', format: 'date-time' })
  @IsTime()
  receivedBefore?: Date;
}

/** As {@link ReceivedFields}, where what is listed has a type. */
export class ReceivedEventFields extends ReceivedFields {
  @ApiPropertyOptional({
    example: 'pull_request',
    description: 'Matches itself and what stands behind a dot: pull_request finds pull_request.opened',
  })
  @IsText()
  type?: string;
}
