import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '../platform/api-docs/index.js';
import { SchemaDriftStore } from '../store/index.js';
import { queryOf } from './json-body.js';
import { OpsTokenGuard } from './ops-token.guard.js';
import { SchemaDriftPage, SchemaDriftQuery } from './schema-drift.dto.js';

/** The operations API: in what the payloads of providers have changed. */
@ApiTags('schema drift')
@ApiBearerAuth()
@ApiResponse({ status: 401, description: 'No OPS_TOKEN, or a wrong one' })
@UseGuards(OpsTokenGuard)
@Controller('api/v1/schema-drift')
export class SchemaDriftController {
  constructor(private readonly drifts: SchemaDriftStore) {}

  @Get()
  @ApiOperation({
    summary: 'Fields of payloads that were always there and are gone, or that are new; the newest first',
    description: 'A sample of the accepted events of each type is looked at. Nothing is refused for it.',
  })
  @ApiOkResponse({ type: SchemaDriftPage })
  async list(@Query(queryOf()) { limit, cursor, ...filter }: SchemaDriftQuery): Promise<SchemaDriftPage> {
    const found = await this.drifts.list(filter, limit + 1, cursor);
    const page = found.slice(0, limit);
    const nextCursor = found.length > limit ? (page.at(-1)?.id ?? null) : null;
    return { items: page.map(({ id: _id, ...drift }) => drift), nextCursor };
  }
}
