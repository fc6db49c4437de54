import type pg from 'pg';
import { isTracing } from '../tracing/index.js';
import { EnduringPool } from './enduring-pool.js';
import { traceQueries } from './query-spans.js';

/** Token under which the service's one PostgreSQL pool is injected. */
export const DATABASE_POOL = Symbol('DATABASE_POOL');

export type DatabasePool = pg.Pool;

/** Connections of one process. Workers, the recorder and the operations API share them. */
const POOL_SIZE = 20;

/** Milliseconds to wait for a connection: a sender is answered 503 rather than kept waiting. */
const CONNECT_TIMEOUT_MS = 2_000;

/** Milliseconds after which the server, and a little later the client, gives a statement up. */
const STATEMENT_TIMEOUT_MS = 10_000;

/**
 * A pool whose lost connections are reported, never thrown: it makes new ones when they are needed.
 *
 * @param onError is told of every connection that is lost while idle
 */
export function createPool(url: string, onError: (error: Error) => void): DatabasePool {
  const pool = new EnduringPool({
    connectionString: url,
    application_name: 'integration-service',
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 1_000,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
  });
  pool.on('error', onError);
  if (isTracing()) traceQueries(pool, url);
  return pool;
}
