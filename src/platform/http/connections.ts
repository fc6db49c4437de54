import type { FastifyInstance } from 'fastify';
import type { Logger } from 'winston';
import { LogQuota } from '../logging/index.js';

/** That there are too many connections need not be said for each of them. */
const LINES_PER_MINUTE = 2;

/** Closes what would be one connection too many as soon as it comes: each takes memory, whether it says anything or not. */
export function limitConnections({ server }: FastifyInstance, most: number, logger: Logger): void {
  const quota = new LogQuota(logger, LINES_PER_MINUTE);
  server.maxConnections = most;
  server.on('drop', () => {
    quota.warn('A connection was closed, for MAX_CONNECTIONS are open', { maxConnections: most });
  });
}
