import { integer } from '../../model/index.js';

/** What senders, and the load balancers between, may expect of the HTTP server. */
export const connectionSettings = {
  maxConnections: integer({
    name: 'MAX_CONNECTIONS',
    description: 'Connections that this process has open at the same time; more are closed at once.',
    fallback: '10000',
    min: 10,
    max: 1_000_000,
  }),
  requestTimeoutMs: integer({
    name: 'REQUEST_TIMEOUT_MS',
    description: 'Milliseconds for a request to arrive whole; a slower sender is answered 408 and cut off.',
    fallback: '30000',
    min: 1_000,
    max: 600_000,
  }),
  keepAliveMs: integer({
    name: 'KEEP_ALIVE_MS',
    description:
      'Milliseconds that a connection stays open between two requests: longer than a load balancer before it keeps\nits own, or requests are lost.',
    fallback: '72000',
    min: 1_000,
    max: 3_600_000,
  }),
  drainDelayMs: integer({
    name: 'DRAIN_DELAY_MS',
    description:
      'Milliseconds between a signal to stop and the stop, in which this process takes everything as before and\n/health/ready is 503, so that load balancers send elsewhere: longer than they need to see it. A second signal\nends the wait. 0: it stops at once, as who types Ctrl-C expects, and as is right without a load balancer.',
    fallback: '0',
    min: 0,
    max: 300_000,
  }),
};
