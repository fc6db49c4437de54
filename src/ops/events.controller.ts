import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '../platform/api-docs/index.js';
import { Problem } from '../platform/http/index.js';
import { EventReader } from '../store/index.js';
import { toEventSummary, toEventView } from './event-view.js';
import { EventPage, EventQuery, EventView } from './event.dto.js';
import { isUUID } from './field-rules.js';
import { queryOf } from './json-body.js';
import { OpsTokenGuard } from './ops-token.guard.js';

/** The operations API: reading events. */
@ApiTags('events')
@ApiBearerAuth()
@ApiResponse({ status: 401, description: 'No OPS_TOKEN, or a wrong one' })
@UseGuards(OpsTokenGuard)
@Controller('api/v1/events')
export class EventsController {
  constructor(private readonly events: EventReader) {}

  @Get()
  @ApiOperation({ summary: 'List events, the newest first' })
  @ApiOkResponse({ type: EventPage })
  async list(@Query(queryOf()) query: EventQuery): Promise<EventPage> {
    const { limit, cursor, ...filter } = query;
    // One more than asked for tells whether there is a next page.
    const found = await this.events.list(filter, limit + 1, cursor);
    const items = found.slice(0, limit).map(toEventSummary);
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null };
  }

  @Get(':id')
  @ApiOperation({ summary: 'An event with its whole life' })
  @ApiOkResponse({ type: EventView })
  @ApiResponse({ status: 404, description: 'No such event' })
  async get(@Param('id') id: string): Promise<EventView> {
    const event = isUUID(id) ? await this.events.findLife(id) : undefined;
    if (event === undefined) throw new Problem(404, 'No such event');
    return toEventView(event);
  }
}
