import { runMigrations, setDefaultBackendFactory, type QueueOptions, type WorkerOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import pg from 'pg';
import type { QueueBackend } from '../config/index.js';
import type { Outage } from '../logging/index.js';
import { QUEUE_SCHEMA, QueuePools, queuePoolOf } from './queue-pools.js';
import { TurnwiseRedis } from './turnwise-redis.js';

/** Token under which the {@link QueueConnections} are injected. */
export const QUEUE_CONNECTIONS = Symbol('QUEUE_CONNECTIONS');

/** Hex digits of the installation's id in the names of its queues. */
const ID_DIGITS = 8;

/** Connections to PostgreSQL of one queue, and of one worker, which listens on one of them. */
const QUEUE_POOL_SIZE = 2;
const WORKER_POOL_SIZE = 5;

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
  /** After queues and workers are closed. */
  close(): Promise<void>;
}

/**
 * Makes the queue ready for use: on PostgreSQL its tables are made first, since a worker without them
 * spins for ever.
 *
 * @param outage is told of connections that are lost, or made
 * @param installationId UUID of the database whose runs are queued
 */
export async function connectQueue(
  backend: QueueBackend,
  databaseUrl: string,
  outage: Pick<Outage, 'feel' | 'end'>,
  installationId: string,
): Promise<QueueConnections> {
  const prefix = prefixOf(installationId);
  switch (backend.kind) {
    case 'postgres': {
      await migrateQueue(databaseUrl);
      const pools = new QueuePools(databaseUrl);
      pools.use();
      return {
        prefix,
        producer: queuePoolOf(QUEUE_POOL_SIZE),
        worker: queuePoolOf(WORKER_POOL_SIZE),
        ready: async (connecting) => {
          await Promise.all(connecting.map((one) => one.waitUntilReady()));
        },
        // Its pools make new connections as they need them, so there is none that could be called lost.
        isConnected: () => true,
        close: () => pools.close(),
      };
    }
    case 'redis': {
      setDefaultBackendFactory(undefined);
      const common = {
        keepAlive: 10_000,
        socketTimeout: REDIS_SOCKET_TIMEOUT_MS,
        retryStrategy: (times: number) => Math.min(times * RECONNECT_STEP_MS, LONGEST_RECONNECT_MS),
      };
      const producer = new TurnwiseRedis(backend.url, {
        ...common,
        enableOfflineQueue: false,
        maxRetriesPerRequest: 1,
      });
      const worker = new TurnwiseRedis(backend.url, { ...common, maxRetriesPerRequest: null });
      for (const connection of [producer, worker]) {
        connection.on('error', (error) => outage.feel(error));
        connection.on('ready', () => outage.end());
      }
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
          return Promise.resolve();
        },
      };
    }
  }
}

async function migrateQueue(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'integration-service' });
  await client.connect();
  try {
    await runMigrations(client, QUEUE_SCHEMA);
  } finally {
    await client.end();
  }
}
