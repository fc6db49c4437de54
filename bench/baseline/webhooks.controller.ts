import {
  BadRequestException,
  Body,
  Controller,
  Headers,
  Post,
  Req,
  Res,
  type RawBodyRequest,
} from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { isSignedByGithub, readStripeEvent } from './signatures.js';
import { WebhooksService, type NewWebhook } from './webhooks.service.js';

@Controller('webhooks')
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Post('stripe')
  async stripe(
    @Req() { rawBody }: RawBodyRequest<object>,
    @Headers('stripe-signature') signature: string | undefined,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    const { id, type, data } = verified(() => readStripeEvent(rawBody ?? Buffer.alloc(0), signature ?? ''));
    return this.accept({ provider: 'stripe', externalId: id, type, payload: { id, type, data } }, response);
  }

  @Post('github')
  async github(
    @Req() { rawBody }: RawBodyRequest<object>,
    @Headers('x-hub-signature-256') signature: string | undefined,
    @Headers('x-github-delivery') externalId: string,
    @Headers('x-github-event') type: string,
    @Body() payload: object,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    if (!isSignedByGithub(rawBody ?? Buffer.alloc(0), signature ?? '')) throw new BadRequestException();
    return this.accept({ provider: 'github', externalId, type, payload }, response);
  }

  private async accept(webhook: NewWebhook, response: ServerResponse) {
    const { id, isNew } = await this.webhooks.accept(webhook);
    response.statusCode = isNew ? 202 : 200;
    return { id, status: isNew ? 'accepted' : 'duplicate' };
  }
}

function verified<Result>(verify: () => Result): Result {
  try {
    return verify();
  } catch {
    throw new BadRequestException();
  }
}
