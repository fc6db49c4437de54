import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import {
  type EmbeddedPostgres,
  lockDataDir,
  startEmbeddedPostgres,
} from '../../src/platform/embedded-postgres/index.js';

/** A running database with the lock that it runs under. */
export interface Running extends EmbeddedPostgres {
  /** What it reported. */
  readonly lines: readonly string[];
  /** Stops it and releases the lock. */
  close(): Promise<void>;
}

type Row = Record<string, unknown>;

export async function startDatabase(dataDir: string): Promise<Running> {
  const lines: string[] = [];
  const lock = lockDataDir(dataDir);
  try {
    const database = await startEmbeddedPostgres({ lock, report: (line) => lines.push(line) });
    const close = async (): Promise<void> => {
      await database.stop();
      lock.release();
    };
    return { ...database, lines, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

export async function query(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** What the server says about its database and how it keeps data. */
export async function describeServer(url: string): Promise<Row | undefined> {
  const names = [
    'fsync',
    'synchronous_commit',
    'full_page_writes',
    'listen_addresses',
    'unix_socket_directories',
    'password_encryption',
    'max_connections',
  ];
  const columns = names.map((name) => `current_setting('${name}') AS ${name}`).join(', ');
  const [row] = await query(
    url,
    `SELECT datname AS database, pg_encoding_to_char(encoding) AS encoding, datlocale AS collation, ${columns}
       FROM pg_database WHERE datname = current_database()`,
  );
  return row;
}

/** The process id in the file that the server keeps while it runs. */
export function serverPid(dataDir: string): number {
  return Number(fs.readFileSync(pidFile(dataDir), 'utf8').split('\n')[0]);
}

/** As if a server had left it. */
export function writePidFile(dataDir: string, content: string): void {
  fs.writeFileSync(pidFile(dataDir), content);
  const { uid, gid } = fs.statSync(path.join(dataDir, 'postgres'));
  fs.chownSync(pidFile(dataDir), uid, gid);
}

export function pidFile(dataDir: string): string {
  return path.join(dataDir, 'postgres', 'postmaster.pid');
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Every file with its size and time of change, save those on which the server works. */
export function snapshot(root: string): Record<string, string> {
  const entries = fs.readdirSync(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('pg_'))
    .map((entry) => path.join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files.map((file) => [file, `${fs.statSync(file).size} bytes, ${fs.statSync(file).mtimeMs}`]),
  );
}
