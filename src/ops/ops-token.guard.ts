import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { createHash, timingSafeEqual } from 'node:crypto';
import { CONFIG, type Config } from '../platform/config/index.js';
import { Problem } from '../platform/http/index.js';

/** Who has the OPS_TOKEN, in the audit trail: the token has no names. */
export const OPS_ACTOR = 'ops';

/** Demands `Authorization: Bearer` with the `OPS_TOKEN`. Without such a token nobody is let in. */
@Injectable()
export class OpsTokenGuard implements CanActivate {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** @throws {Problem} 401 */
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const given = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (this.config.opsToken !== '' && given !== undefined && isSame(given, this.config.opsToken))
      return true;
    throw new Problem(401, 'Unauthorized', {
      detail: 'Send Authorization: Bearer with the OPS_TOKEN',
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
}

/** Digests have one length, so comparing them tells nothing about the token's. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
