import type { FastifyServerOptions } from 'fastify';
import type { TrustedProxies } from '../config/index.js';

/**
 * What Fastify makes of it. It takes a bare number for a trust in nobody, since a count cannot tell a proxy from a
 * sender that has gone around it; whoever sets one says by that that there is no way around.
 */
export function trustProxyOf(proxies: TrustedProxies): NonNullable<FastifyServerOptions['trustProxy']> {
  switch (proxies.kind) {
    case 'none':
      return false;
    case 'count':
      // Hop 0 is the host at the other end of the connection.
      return (_address, hop) => hop < proxies.count;
    case 'addresses':
      return [...proxies.addresses];
  }
}
