import { Controller, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiParam, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AcceptDelivery } from './accept-delivery.js';
import { SignatureGuard, type WebhookRequest } from './signature.guard.js';
import { BatchReply, EventReply } from './webhook-reply.dto.js';
import { replyTo } from './webhook-reply.js';

const RECORDED = { oneOf: [EventReply, BatchReply].map((reply) => ({ $ref: getSchemaPath(reply) })) };

@ApiTags('webhooks')
@Controller('webhooks')
export class WebhooksController {
  constructor(private readonly lane: AcceptDelivery) {}

  @Post(':provider')
  @UseGuards(SignatureGuard)
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
  @ApiResponse({ status: 503, description: 'Not possible now; try again after Retry-After seconds' })
  async receive(@Req() { verified }: WebhookRequest, @Res() reply: FastifyReply): Promise<void> {
    const acceptance = await this.lane.accept(verified);
    const { status, body } = replyTo(verified.provider, acceptance);
    await reply.code(status).send(body);
  }
}
