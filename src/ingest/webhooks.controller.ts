import { Controller, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Problem } from '../platform/http/index.js';
import { AcceptDelivery } from './accept-delivery.js';
import { SignatureGuard, type WebhookRequest } from './signature.guard.js';

/** Seconds after which a sender may try again. */
const OVERLOAD_RETRY_SECONDS = 2;
const DATABASE_RETRY_SECONDS = 5;

type Reply = { code: 202 | 200; body: Record<string, unknown> };

@ApiTags('webhooks')
@Controller('webhooks')
export class WebhooksController {
  constructor(private readonly lane: AcceptDelivery) {}

  @Post(':provider')
  @UseGuards(SignatureGuard)
  @ApiOperation({ summary: 'Take a signed webhook' })
  @ApiParam({ name: 'provider', example: 'stripe' })
  @ApiResponse({ status: 202, description: 'Recorded; it will be processed' })
  @ApiResponse({ status: 200, description: 'Known already' })
  @ApiResponse({
    status: 400,
    description: 'Signature not accepted, a replay, or not the envelope of the provider',
  })
  @ApiResponse({ status: 404, description: 'Unknown provider' })
  @ApiResponse({ status: 503, description: 'Not possible now; try again after Retry-After seconds' })
  async receive(@Req() request: WebhookRequest, @Res() reply: FastifyReply): Promise<void> {
    const { code, body } = await this.accept(request);
    await reply.code(code).send(body);
  }

  /** @throws {Problem} */
  private async accept({ verified }: WebhookRequest): Promise<Reply> {
    const acceptance = await this.lane.accept(verified);
    switch (acceptance.outcome) {
      case 'accepted':
        return { code: 202, body: { id: acceptance.eventId, status: 'accepted' } };
      case 'duplicate': {
        const { eventId, eventStatus, conflict } = acceptance;
        return {
          code: 200,
          body: { id: eventId, status: 'duplicate', eventStatus, ...(conflict && { conflict }) },
        };
      }
      case 'invalid':
        throw new Problem(400, 'Not a valid event', { extensions: { errors: acceptance.faults } });
      case 'replayed':
        throw new Problem(400, 'Replay refused', {
          detail: 'What makes this delivery genuine was used before, for another delivery',
          extensions: { reason: 'replayed' },
        });
      case 'unstorable':
        throw new Problem(400, 'Not a valid event', {
          extensions: { errors: [{ path: '', message: 'The event holds a value that cannot be stored' }] },
        });
      case 'overloaded':
        throw new Problem(503, 'Overloaded', { retryAfter: OVERLOAD_RETRY_SECONDS });
      case 'unavailable':
        throw new Problem(503, 'Database away', { retryAfter: DATABASE_RETRY_SECONDS });
    }
  }
}
