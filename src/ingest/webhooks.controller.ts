import { Controller, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  ApiExtraModels,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
  schemaPath,
} from '../platform/api-docs/index.js';
import { AcceptDelivery } from './accept-delivery.js';
import { judgeAcceptance } from './judge-acceptance.js';
import { ProviderRateGuard } from './provider-rate.guard.js';
import { Quarantine } from './quarantine.js';
import { SignatureGuard, type WebhookRequest } from './signature.guard.js';
import { sourceOf } from './source-address.js';
import { BatchReply, EventReply } from './webhook-reply.dto.js';
import { replyTo } from './webhook-reply.js';

const RECORDED = { oneOf: [EventReply, BatchReply].map((reply) => ({ $ref: schemaPath(reply) })) };

@ApiTags('webhooks')
@Controller('webhooks')
export class WebhooksController {
  constructor(
    private readonly lane: AcceptDelivery,
    private readonly quarantine: Quarantine,
  ) {}

  @Post(':provider')
  @UseGuards(SignatureGuard, ProviderRateGuard)
  @ApiOperation({
    summary: 'Take a signed webhook',
    description:
      'Some providers demand other statuses than 202 and 200, or than 400 for a signature, and are sent those. ' +
      'A challenge is answered as its provider demands.',
  })
  @ApiParam({ name: 'provider', example: 'stripe' })
  @ApiExtraModels(EventReply, BatchReply)
  @ApiResponse({ status: 202, description: 'Recorded; it will be processed', schema: RECORDED })
  @ApiResponse({ status: 200, description: 'Known already', schema: RECORDED })
  @ApiResponse({
    status: 400,
    description: 'Signature not accepted, a replay, or not the envelope of the provider',
  })
  @ApiResponse({ status: 404, description: 'Unknown provider' })
  @ApiResponse({ status: 413, description: 'Larger than the provider may send' })
  @ApiResponse({ status: 415, description: 'Not a content type of the provider, not UTF-8, or compressed' })
  @ApiResponse({ status: 429, description: 'Too many; try again after Retry-After seconds' })
  @ApiResponse({ status: 503, description: 'Not possible now; try again after Retry-After seconds' })
  async receive(@Req() request: WebhookRequest, @Res() reply: FastifyReply): Promise<void> {
    const { verified } = request;
    const { provider, delivery } = verified;
    const acceptance = await this.lane.accept(verified);
    const judgement = judgeAcceptance(acceptance);
    // It is signed, so it is worth holding until we read it better.
    if (judgement.outcome === 'refused') {
      const { reason, faults } = judgement;
      this.quarantine.hold({ provider: provider.name, delivery, source: sourceOf(request), reason, faults });
    }
    const { status, body } = replyTo(provider, acceptance);
    await reply.code(status).send(body);
  }
}
