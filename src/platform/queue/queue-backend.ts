import {
  createPostgresBackend,
  runMigrations,
  setDefaultBackendFactory,
  type QueueOptions,
  type WorkerOptions,
} from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { QueueBackend } from '../config/index.js';

/** Token under which the {@link QueueConnections} are injected. */
export const QUEUE_CONNECTIONS = Symbol('QUEUE_CONNECTIONS');

/** Schema of the queue's tables, apart from ours. */
const SCHEMA = 'bullmq';

/** Hex digits of the installation's id in the names of its queues. */
const ID_DIGITS = 8;

/** Connections of one queue or worker to PostgreSQL, beside the one that a worker listens on. */
const PRODUCER_POOL_SIZE = 2;
const WORKER_POOL_SIZE = 4;

/** Milliseconds to wait for a connection to PostgreSQL. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Milliseconds after which a query without an answer fails: a half-open socket would never end. */
const QUERY_TIMEOUT_MS = 15_000;

/** Milliseconds after which a Redis that does not answer counts as gone: a half-open socket would never end. */
const REDIS_SOCKET_TIMEOUT_MS = 30_000;

/** Milliseconds to the first try to reach a lost Redis again, so much more to each further one, and the longest. */
const RECONNECT_STEP_MS = 50;
const LONGEST_RECONNECT_MS = 1_000;

/**
 * Two services on one Redis must not take each other's jobs, so each database has queues of its own. The braces put
 * them all into one hash slot of a Redis Cluster: without them a queue's scripts would fail there.
 *
 * Jobs under another prefix, such as that of an earlier version, stay where they are: what they were for, the
 * `QueueLossDetector` queues again here.
 */
function prefixOf(installationId: string): string {
  return `{integration-${installationId.slice(0, ID_DIGITS)}}`;
}

/** How queues and workers reach the backend that the settings chose. */
export interface QueueConnections {
  readonly prefix: string;
  /** Fails at once while the backend is away: what was not queued is found by the sweeper. */
  readonly producer: QueueOptions['connection'];
  /** Waits for the backend for as long as it takes. */
  readonly worker: WorkerOptions['connection'];
  /** The producer's connection, where it is one to Redis: for what little stands beside the queues. */
  readonly redis?: Redis;
  /**
   * Waits until queues and workers are connected, where that can only be done at the start: on PostgreSQL one
   * whose first connection fails stays broken for ever, and spins.
   *
   * @throws what the first of them throws
   */
  ready(connecting: readonly { waitUntilReady(): Promise<unknown> }[]): Promise<void>;
  /** False while workers have lost their backend, as far as that can be told without asking it. */
  isConnected(): boolean;
  close(): void;
}

/**
 * Makes the queue ready for use: on PostgreSQL its tables are made first, since a worker without them
 * spins for ever.
 *
 * @param onError is told of lost connections
 * @param installationId UUID of the database whose runs are queued
 */
export async function connectQueue(
  backend: QueueBackend,
  databaseUrl: string,
  onError: (error: Error) => void,
  installationId: string,
): Promise<QueueConnections> {
  const prefix = prefixOf(installationId);
  switch (backend.kind) {
    case 'postgres': {
      await migrateQueue(databaseUrl);
      setDefaultBackendFactory(createPostgresBackend);
      const connection = (max: number): QueueOptions['connection'] => {
        const common = {
          keepAlive: true,
          connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
          query_timeout: QUERY_TIMEOUT_MS,
        };
        const options = { ...common, connectionString: databaseUrl, schema: SCHEMA, max };
        // The option's type knows Redis only; the factory above gives it its real meaning.
        return options;
      };
      return {
        prefix,
        producer: connection(PRODUCER_POOL_SIZE),
        worker: connection(WORKER_POOL_SIZE),
        ready: async (connecting) => {
          await Promise.all(connecting.map((one) => one.waitUntilReady()));
        },
        // Its pools make new connections as they need them, so there is none that could be called lost.
        isConnected: () => true,
        close: () => undefined,
      };
    }
    case 'redis': {
      setDefaultBackendFactory(undefined);
      const common = {
        keepAlive: 10_000,
        socketTimeout: REDIS_SOCKET_TIMEOUT_MS,
        retryStrategy: (times: number) => Math.min(times * RECONNECT_STEP_MS, LONGEST_RECONNECT_MS),
      };
      const producer = new Redis(backend.url, {
        ...common,
        enableOfflineQueue: false,
        maxRetriesPerRequest: 1,
      });
      const worker = new Redis(backend.url, { ...common, maxRetriesPerRequest: null });
      producer.on('error', onError);
      worker.on('error', onError);
      return {
        prefix,
        producer,
        worker,
        redis: producer,
        ready: () => Promise.resolve(),
        isConnected: () => worker.status === 'ready',
        close: () => {
          producer.disconnect();
          worker.disconnect();
        },
      };
    }
  }
}

async function migrateQueue(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'integration-service' });
  await client.connect();
  try {
    await runMigrations(client, SCHEMA);
  } finally {
    await client.end();
  }
}
