import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { QueueConnections } from '../../src/platform/queue/index.js';

/** Both places where the queue can be. Whatever can run on both is tested on both. */
export const QUEUE_BACKENDS = ['postgres', 'redis'] as const;
export type QueueBackendName = (typeof QUEUE_BACKENDS)[number];

/** A database and a queue of a test's own, on the servers that `npm test` has started. */
export interface TestBackends {
  readonly pool: pg.Pool;
  /** Settings with which a service finds them. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * @param options `empty`: the database has no tables, as before the first start; otherwise it has all of them, as
 * after it, and nothing in them
 */
export async function openBackends(
  queue: QueueBackendName,
  { empty = false }: { readonly empty?: boolean } = {},
): Promise<TestBackends> {
  const server = required('TEST_DATABASE_URL');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = empty ? 'template1' : required('TEST_DATABASE_TEMPLATE');
  await administer(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 5 });
  // The database is dropped under the pool's idle connections.
  pool.on('error', () => undefined);
  // A copy is an installation of its own: by its id its queues are told from those of others.
  if (!empty) await pool.query('UPDATE installation SET id = DEFAULT');
  return {
    pool,
    env: { DATABASE_URL: url.href, ...(queue === 'redis' && { REDIS_URL: await emptyRedis() }) },
    close: async () => {
      await pool.end();
      await administer(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/**
 * The connections of a process whose service has these settings.
 *
 * @param installationId of a service that runs already, to see its queues; a new one by default
 */
export async function connectTestQueue(
  env: TestBackends['env'],
  installationId = randomBytes(4).toString('hex'),
): Promise<QueueConnections> {
  const redisUrl = env['REDIS_URL'];
  const backend =
    redisUrl === undefined ? { kind: 'postgres' as const } : { kind: 'redis' as const, url: redisUrl };
  // Most suites ask for a database alone, and Jest loads BullMQ anew for each.
  const { connectQueue } = await import('../../src/platform/queue/index.js');
  const outage = { feel: () => undefined, end: () => undefined };
  return connectQueue(backend, env['DATABASE_URL'] ?? '', outage, installationId);
}

/** Takes everything from the queue, as the loss of its server would. */
export async function loseQueue({ env, pool }: TestBackends): Promise<void> {
  const redisUrl = env['REDIS_URL'];
  if (redisUrl === undefined) {
    await pool.query('TRUNCATE bullmq.job CASCADE');
    return;
  }
  const redis = new Redis(redisUrl);
  await redis.flushdb();
  redis.disconnect();
}

/** The numbered database of this Jest worker, emptied: two workers run at a time. */
export async function emptyRedis(): Promise<string> {
  const url = `${required('TEST_REDIS_URL').replace(/\/\d*$/, '')}/${process.env['JEST_WORKER_ID'] ?? '1'}`;
  const redis = new Redis(url);
  await redis.flushdb();
  redis.disconnect();
  return url;
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: tests are run by npm test`);
  return value;
}
