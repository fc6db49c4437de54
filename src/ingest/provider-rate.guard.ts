import { Injectable, type ExecutionContext } from '@nestjs/common';
import {
  ThrottlerGuard,
  type ThrottlerLimitDetail,
  type ThrottlerModuleOptions,
  type ThrottlerStorage,
} from '@nestjs/throttler';
import type { RateLimit } from '../model/index.js';
import type { Config } from '../platform/config/index.js';
import { Problem } from '../platform/http/index.js';
import type { WebhookRequest } from './signature.guard.js';

/**
 * Takes of a provider as much as `RATE_LIMITS` says. It stands behind the signature guard, so only what verifies
 * counts, and no stranger can use up what a provider may send.
 */
@Injectable()
export class ProviderRateGuard extends ThrottlerGuard {
  /** @throws {Problem} */
  protected override throwThrottlingException(
    _context: ExecutionContext,
    { timeToBlockExpire }: ThrottlerLimitDetail,
  ): Promise<void> {
    throw new Problem(429, 'Too many deliveries', {
      reason: 'rate_limited',
      retryAfter: timeToBlockExpire,
    });
  }
}

/** What the guard goes by. */
export function providerRates({ rateLimits }: Config, storage: ThrottlerStorage): ThrottlerModuleOptions {
  const providerOf = (context: ExecutionContext): string =>
    context.switchToHttp().getRequest<WebhookRequest>().verified.provider.name;
  const rateOf = (context: ExecutionContext): RateLimit => {
    const rate = rateLimits.get(providerOf(context));
    if (rate === undefined) throw new Error(`${providerOf(context)} has no rate limit`);
    return rate;
  };
  return {
    storage,
    // How much is left is nobody's business; `Retry-After` is in the reply of the filter.
    setHeaders: false,
    skipIf: (context) => !rateLimits.has(providerOf(context)),
    generateKey: providerOf,
    throttlers: [
      {
        name: 'provider',
        limit: (context) => rateOf(context).hits,
        ttl: (context) => rateOf(context).periodMs,
      },
    ],
  };
}
