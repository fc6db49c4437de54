import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { EnduringPool } from '../../src/platform/database/index.js';
import {
  type EmbeddedPostgres,
  lockDataDir,
  startEmbeddedPostgres,
} from '../../src/platform/embedded-postgres/index.js';

/** A database of its own for one test. */
export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

/** A PostgreSQL server of its own for one test file. */
export interface TestPostgres {
  createDatabase(): Promise<TestDatabase>;
  stop(): Promise<void>;
}

export async function startTestPostgres(): Promise<TestPostgres> {
  const folder = makeFolder('postgres');
  const lock = lockDataDir(folder);
  const server: EmbeddedPostgres = await startEmbeddedPostgres({ lock, report: () => undefined });
  const admin = new pg.Client(server.url);
  await admin.connect();
  // These data are thrown away anyway, and waiting for the disk is most of the time of such tests.
  await admin.query('ALTER SYSTEM SET fsync = off');
  await admin.query('SELECT pg_reload_conf()');
  return {
    async createDatabase() {
      const name = `test_${randomBytes(6).toString('hex')}`;
      await admin.query(`CREATE DATABASE ${name}`);
      const url = server.url.replace(/[^/]+$/, name);
      const pool = new EnduringPool({ connectionString: url });
      return { url, pool, close: () => pool.end() };
    },
    async stop() {
      await admin.end();
      await server.stop();
      lock.release();
      removeFolder(folder);
    },
  };
}

/** A temporary folder that every user may enter, unless another mode is given. */
export function makeFolder(name: string, mode = 0o755): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `integration-${name}-`));
  fs.chmodSync(folder, mode);
  return fs.realpathSync(folder);
}

export function removeFolder(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
