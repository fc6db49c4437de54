import { createPostgresBackend, setDefaultBackendFactory, type QueueOptions } from 'bullmq';
import type pg from 'pg';
import { EnduringPool } from '../database/index.js';

/** Schema of the queue's tables, apart from ours. It is the one that BullMQ looks in where the pool is ours. */
export const QUEUE_SCHEMA = 'bullmq';

/** Milliseconds to wait for a connection to PostgreSQL. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Milliseconds after which a query without an answer fails: a half-open socket would never end. */
const QUERY_TIMEOUT_MS = 15_000;

/** Milliseconds after which a silent connection is probed: the one that a worker listens on is silent for hours. */
const KEEP_ALIVE_DELAY_MS = 10_000;

/**
 * Gives every queue and worker a pool of ours. In a pool of BullMQ's own, a connection that is lost in the midst of a
 * transaction, or in the moment after it was made, has nobody who listens to its error, and that ends the process.
 */
export class QueuePools {
  private readonly pools: pg.Pool[] = [];

  constructor(private readonly databaseUrl: string) {}

  /** From now on queues and workers are made with these. Their option `connection` says how many connections they get. */
  use(): void {
    setDefaultBackendFactory((name, options, kind) => {
      const { max } = options.connection as QueuePoolSize;
      return createPostgresBackend(name, { ...options, connection: this.open(max) }, kind);
    });
  }

  /** After those that use them are closed. */
  async close(): Promise<void> {
    await Promise.all(this.pools.splice(0).map((pool) => pool.end()));
  }

  private open(max: number): pg.Pool {
    const pool = new EnduringPool({
      connectionString: this.databaseUrl,
      options: `-c search_path=${QUEUE_SCHEMA}`,
      max,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    });
    this.pools.push(pool);
    return pool;
  }
}

/** How many connections a queue or worker may have. */
interface QueuePoolSize {
  readonly max: number;
}

/** What BullMQ takes for an option of its own, and gives to the factory above. */
export function queuePoolOf(max: number): QueueOptions['connection'] {
  const size: QueuePoolSize = { max };
  return size;
}
