import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import { deliveryOf, diagnose, PROVIDERS, type ProviderRegistry } from '../ingest/index.js';
import type { RejectedRequest } from '../model/index.js';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '../platform/api-docs/index.js';
import { CONFIG, type Config } from '../platform/config/index.js';
import { Problem } from '../platform/http/index.js';
import { RejectedRequestStore } from '../store/index.js';
import { isUUID } from './field-rules.js';
import { queryOf } from './json-body.js';
import { OpsTokenGuard } from './ops-token.guard.js';
import { toDiagnosisView, toRejectedSummary, toRejectedView } from './rejected-request-view.js';
import {
  RejectedRequestPage,
  RejectedRequestQuery,
  RejectedRequestView,
  type DiagnosisView,
} from './rejected-request.dto.js';

/** The operations API: what was refused, and why. */
@ApiTags('rejected requests')
@ApiBearerAuth()
@ApiResponse({ status: 401, description: 'No OPS_TOKEN, or a wrong one' })
@UseGuards(OpsTokenGuard)
@Controller('api/v1/rejected-requests')
export class RejectedRequestsController {
  constructor(
    private readonly requests: RejectedRequestStore,
    @Inject(PROVIDERS) private readonly registry: ProviderRegistry,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List requests that failed verification or validation, the newest first' })
  @ApiOkResponse({ type: RejectedRequestPage })
  async list(@Query(queryOf()) query: RejectedRequestQuery): Promise<RejectedRequestPage> {
    const { limit, cursor, ...filter } = query;
    // One more than asked for tells whether there is a next page.
    const found = await this.requests.list(filter, limit + 1, cursor);
    const items = found.slice(0, limit).map(toRejectedSummary);
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null };
  }

  @Get(':id')
  @ApiOperation({ summary: 'A rejected request, and what the doctor says of it' })
  @ApiOkResponse({ type: RejectedRequestView })
  @ApiResponse({ status: 404, description: 'No such request, or not any more' })
  async get(@Param('id') id: string): Promise<RejectedRequestView> {
    const request = isUUID(id) ? await this.requests.find(id) : undefined;
    if (request === undefined) throw new Problem(404, 'No such request');
    return toRejectedView(request, await this.diagnose(request));
  }

  private async diagnose(request: RejectedRequest): Promise<DiagnosisView | null> {
    const registered = this.registry.get(request.provider);
    const delivery = deliveryOf(request, this.config.publicUrl);
    if (registered === undefined || delivery === undefined) return null;
    const { reason, faults } = request;
    const diagnosis = await diagnose({ delivery, reason, faults }, registered, {
      registry: this.registry,
      read: this.config.read,
      knownSecrets: this.config.doctorSecrets,
    });
    return toDiagnosisView(diagnosis, registered.provider);
  }
}
