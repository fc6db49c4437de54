import { Body, Controller, HttpCode, Param, Post, Req, UseGuards } from '@nestjs/common';
import { isUUID } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { ReleaseRejected, type Release } from '../ingest/index.js';
import {
  ApiBearerAuth,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '../platform/api-docs/index.js';
import { Problem } from '../platform/http/index.js';
import { RejectedRequestStore, type RejectedRequestFilter } from '../store/index.js';
import { JsonBody } from './json-body.js';
import { OPS_ACTOR, OpsTokenGuard } from './ops-token.guard.js';
import { toRejectedSummary } from './rejected-request-view.js';
import {
  RejectedRequestSummary,
  ReleasedView,
  ReleaseOrderBody,
  ReleasesView,
  SettlementReason,
} from './rejected-request.dto.js';

/** Requests that one call looks at: verification may take a while where it asks somebody. */
const BATCH = 20;

/** Seconds after which what cannot be told now can be tried again. */
const RETRY_AFTER_SECONDS = 5;

/** The operations API: what is to become of requests that were refused. */
@ApiTags('rejected requests')
@ApiBearerAuth()
@ApiResponse({ status: 401, description: 'No OPS_TOKEN, or a wrong one' })
@UseGuards(OpsTokenGuard)
@Controller('api/v1/rejected-requests')
export class ReleaseController {
  constructor(
    private readonly releases: ReleaseRejected,
    private readonly requests: RejectedRequestStore,
  ) {}

  @Post('release')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Verify again what meets a filter, and record what verifies',
    description: `The first ${BATCH} in the order in which they came; call again with nextCursor for those that follow.`,
  })
  @ApiOkResponse({ type: ReleasesView })
  @ApiResponse({ status: 400, description: 'Not a valid order' })
  async releaseMany(
    @Body(new JsonBody()) body: ReleaseOrderBody,
    @Req() request: FastifyRequest,
  ): Promise<ReleasesView> {
    const ids = await this.requests.listHeld(filterOf(body), BATCH, body.cursor);
    const released: ReleasedView[] = [];
    const refused: Record<string, number> = {};
    for (const id of ids) {
      const release = await this.release(id, body, request);
      if (release.outcome === 'released') released.push({ id, eventIds: release.eventIds });
      const why = stillHeld(release);
      if (why !== undefined) refused[why] = (refused[why] ?? 0) + 1;
    }
    return { released, refused, nextCursor: ids.length === BATCH ? (ids.at(-1) ?? null) : null };
  }

  @Post(':id/release')
  @HttpCode(200)
  @ApiOperation({ summary: 'Verify it again, by when it came, and record it if it verifies' })
  @ApiBody({ type: SettlementReason, required: false })
  @ApiOkResponse({ type: ReleasedView, description: 'Released, now or before' })
  @ApiResponse({ status: 404, description: 'No such request, or not any more' })
  @ApiResponse({ status: 409, description: 'It is still refused, or discarded' })
  @ApiResponse({ status: 503, description: 'It cannot be verified or recorded now' })
  async releaseOne(
    @Param('id') id: string,
    @Body(new JsonBody()) body: SettlementReason,
    @Req() request: FastifyRequest,
  ): Promise<ReleasedView> {
    const release: Release = isUUID(id) ? await this.release(id, body, request) : { outcome: 'absent' };
    switch (release.outcome) {
      case 'released':
        return { id, eventIds: release.eventIds };
      case 'refused':
        throw new Problem(409, 'Conflict', {
          detail: `It is still refused: ${release.reason}. It stays held; npm run doctor -- ${id} says why.`,
          ...(release.faults.length > 0 && { extensions: { errors: release.faults } }),
        });
      case 'discarded':
        throw new Problem(409, 'Conflict', { detail: 'It was discarded, and its body with it.' });
      case 'absent':
        throw noSuchRequest();
      case 'unavailable':
        throw new Problem(503, 'Not possible now', {
          detail: release.detail,
          retryAfter: RETRY_AFTER_SECONDS,
        });
    }
  }

  @Post(':id/discard')
  @HttpCode(200)
  @ApiOperation({ summary: 'Drop its body: it is not to become an event' })
  @ApiBody({ type: SettlementReason, required: false })
  @ApiOkResponse({ type: RejectedRequestSummary })
  @ApiResponse({ status: 404, description: 'No such request, or not any more' })
  @ApiResponse({ status: 409, description: 'It is released, or discarded before' })
  async discard(
    @Param('id') id: string,
    @Body(new JsonBody()) { reason }: SettlementReason,
  ): Promise<RejectedRequestSummary> {
    const discarded = isUUID(id) && (await this.requests.discard(id, OPS_ACTOR, reason ?? null));
    const request = isUUID(id) ? await this.requests.find(id) : undefined;
    if (request === undefined) throw noSuchRequest();
    if (!discarded) throw new Problem(409, 'Conflict', { detail: `It is ${request.state}.` });
    return toRejectedSummary(request);
  }

  private release(
    id: string,
    { reason }: SettlementReason,
    { id: correlationId }: FastifyRequest,
  ): Promise<Release> {
    return this.releases.release(id, { actor: OPS_ACTOR, reason: reason ?? null, correlationId });
  }
}

/** @throws {Problem} 400 unless it says what is meant, if only that all are */
function filterOf({ filter, all }: ReleaseOrderBody): Omit<RejectedRequestFilter, 'state'> {
  const given = Object.entries(filter ?? {}).filter(([, value]) => value !== undefined);
  if (given.length === 0 && all !== true) {
    throw new Problem(400, 'Bad Request', {
      extensions: { errors: [{ path: 'filter', message: 'Give a filter, or "all": true' }] },
    });
  }
  return Object.fromEntries(given);
}

/** Why it is still held; undefined if it is not. */
function stillHeld(release: Release): string | undefined {
  switch (release.outcome) {
    case 'refused':
      return release.reason;
    case 'unavailable':
      return release.outcome;
    case 'released':
    case 'discarded':
    case 'absent':
      return undefined;
  }
}

function noSuchRequest(): Problem {
  return new Problem(404, 'No such request');
}
