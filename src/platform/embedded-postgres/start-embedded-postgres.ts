import path from 'node:path';
import pg from 'pg';
import { chooseAccount } from './choose-account.js';
import { createCluster, findCluster, ownCluster, readPassword } from './create-cluster.js';
import { layoutOf } from './layout.js';
import { locateBinaries } from './locate-binaries.js';
import type { DataDirLock } from './lock-data-dir.js';
import { runServer } from './run-server.js';
import { stopOrphan } from './stop-orphan.js';

export interface EmbeddedPostgresOptions {
  /** Of the folder that keeps the data. Nothing but its holder may start or stop the database there. */
  readonly lock: DataDirLock;
  /** Told what was done, a line each. */
  readonly report: (line: string) => void;
}

/** A running database. */
export interface EmbeddedPostgres {
  /** With the password: not for logs. */
  readonly url: string;
  /** Resolves when the server has ended, whoever stopped it, with how ("exit code 0", "stopped by SIGKILL"). */
  readonly ended: Promise<string>;
  /**
   * Rolls back open transactions, writes everything, ends the server. Harmless when called again.
   *
   * @throws PostgresServerError if the server doesn't stop
   */
  stop(): Promise<void>;
}

const DATABASE = 'integration';
/** A disk that stalls may hold even a ready server up. */
const CONNECT_WITHIN_MS = 60_000;

/**
 * Starts PostgreSQL on the data folder, and makes the database first if there is none. It runs in a session of
 * its own and outlives this process unless `stop` is called; the next start on the folder stops such an orphan.
 *
 * @throws EmbeddedPostgresError of the kind that tells what is in the way
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const layout = layoutOf(options.lock.dataDir);
  const binaries = locateBinaries();
  const { account, major } = await chooseAccount(layout, binaries);
  const place = path.relative('.', layout.cluster);
  const shown = place.startsWith('..') ? layout.cluster : place;

  if (!findCluster(layout, major)) {
    await timed(options, `Creating the database in ${shown}`, () => createCluster(layout, binaries, account));
  }
  const password = readPassword(layout);
  await ownCluster(layout, account);
  const server = await timed(options, `Starting the database in ${shown}`, () =>
    runServer(layout, binaries, account, async () => {
      const orphan = await stopOrphan(layout, binaries);
      if (orphan) options.report(`Stopped the database server ${orphan} that a killed service had left`);
    }),
  );
  const url = (database: string): string =>
    `postgresql://postgres:${password}@127.0.0.1:${server.port}/${database}`;
  try {
    await ensureDatabase(url('postgres'));
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { url: url(DATABASE), ended: server.ended, stop: () => server.stop() };
}

async function timed<T>(
  { report }: EmbeddedPostgresOptions,
  what: string,
  action: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  const result = await action();
  report(`${what} … ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_WITHIN_MS });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}
