import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Delivery } from '../model/index.js';
import { CONFIG, type Config } from '../platform/config/index.js';
import { Problem } from '../platform/http/index.js';
import { AcceptDelivery } from './accept-delivery.js';
import type { VerifiedRequest } from './read-delivery.js';
import { checkSize, findProvider } from './admission.js';
import { PROVIDERS, type ProviderRegistry } from './provider-registry.js';
import { publicUrl } from './public-url.js';

/** Seconds after which a sender may try again when verification itself is hindered. */
const RETRY_AFTER_SECONDS = 30;

/** A request that has passed the guard. */
export type WebhookRequest = FastifyRequest<{ Params: { provider: string } }> & {
  verified: VerifiedRequest;
};

/** Lets only those deliveries through that are signed by the provider whose address they came to. */
@Injectable()
export class SignatureGuard implements CanActivate {
  constructor(
    @Inject(PROVIDERS) private readonly registry: ProviderRegistry,
    private readonly lane: AcceptDelivery,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws {Problem} */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<WebhookRequest>();
    const registered = findProvider(request.params.provider, this.registry);
    const { provider } = registered;
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    checkSize(body.length, provider);

    const delivery: Delivery = {
      headers: request.raw.headersDistinct,
      body,
      receivedAt: Date.now(),
      url: publicUrl(request, this.config.publicUrl),
    };
    const verification = await this.lane.verify(registered, delivery);
    switch (verification.outcome) {
      case 'verified':
        request.verified = { provider, delivery, secretLabel: verification.secretLabel };
        return true;
      case 'refused':
        throw new Problem(provider.replies?.refused ?? 400, 'Signature not accepted', {
          extensions: { reason: verification.reason },
        });
      case 'unconfigured':
        throw new Problem(503, 'Provider not configured', {
          detail: `${verification.setting} is not set`,
          retryAfter: RETRY_AFTER_SECONDS,
        });
      case 'unavailable':
        throw new Problem(503, 'Verification not possible now', {
          detail: verification.reason,
          retryAfter: RETRY_AFTER_SECONDS,
        });
    }
  }
}
