import pg from 'pg';
import type { DatabasePool } from './pool.js';

/**
 * A connection of its own to the pool's database: for what one connection must hold for long, and what must not wait
 * for a free one. The caller connects it and ends it.
 *
 * @param answerWithinMs milliseconds after which a query fails
 */
export function createDedicatedClient(pool: DatabasePool, answerWithinMs: number): pg.Client {
  return new pg.Client({ ...pool.options, query_timeout: answerWithinMs });
}
