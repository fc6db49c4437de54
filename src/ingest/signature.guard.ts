import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Delivery, Provider, RejectionReason } from '../model/index.js';
import { CONFIG, type Config } from '../platform/config/index.js';
import { Problem } from '../platform/http/index.js';
import { AcceptDelivery } from './accept-delivery.js';
import { checkSize, findProvider, tooManyFailures } from './admission.js';
import { PROVIDERS, type ProviderRegistry, type RegisteredProvider } from './provider-registry.js';
import { publicUrl } from './public-url.js';
import { Quarantine, type Rejection } from './quarantine.js';
import type { VerifiedRequest } from './read-delivery.js';
import { sourceOf } from './source-address.js';

/** Seconds after which a sender may try again when verification itself is hindered. */
const RETRY_AFTER_SECONDS = 30;

/** Seconds after which a sender may try a provider again that is not configured. */
const UNCONFIGURED_RETRY_SECONDS = 300;

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
    private readonly quarantine: Quarantine,
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
    const correlationId = request.id;
    const origin = { source: sourceOf(request), correlationId };
    const verification = await this.lane.verify(registered, delivery, origin);
    switch (verification.outcome) {
      case 'verified':
        request.verified = { provider, delivery, secretLabel: verification.secretLabel, correlationId };
        return true;
      case 'refused':
        this.quarantine.hold(rejectionOf(request, provider, delivery, verification.reason));
        throw new Problem(provider.replies?.refused ?? 400, 'Signature not accepted', {
          extensions: { reason: verification.reason },
        });
      case 'over_limit':
        this.quarantine.hold(rejectionOf(request, provider, delivery, verification.reason));
        throw tooManyFailures(provider, verification.retryAfterSeconds);
      case 'unconfigured':
        // Some senders never come again by themselves, whatever the reply says.
        this.quarantine.hold(rejectionOf(request, provider, delivery, 'unconfigured'));
        throw unconfigured(registered, verification.setting);
      case 'unavailable':
        throw new Problem(503, 'Verification not possible now', {
          detail: verification.reason,
          reason: 'verification_unavailable',
          retryAfter: RETRY_AFTER_SECONDS,
        });
    }
  }
}

function rejectionOf(
  request: FastifyRequest,
  { name }: Provider,
  delivery: Delivery,
  reason: RejectionReason,
): Rejection {
  return { provider: name, delivery, source: sourceOf(request), reason };
}

/** @param setting without which this delivery cannot be verified; others may be */
function unconfigured({ provider, verifier }: RegisteredProvider, setting: string): Problem {
  return verifier.configured
    ? new Problem(503, 'Provider not configured', {
        detail: `${setting} is not set`,
        reason: 'unconfigured',
        retryAfter: RETRY_AFTER_SECONDS,
      })
    : new Problem(503, 'Provider not configured', {
        detail: `Webhooks of ${provider.name} cannot be verified, for nothing that they are signed with is set`,
        reason: 'unconfigured',
        retryAfter: UNCONFIGURED_RETRY_SECONDS,
      });
}
