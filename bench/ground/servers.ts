import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import {
  lockDataDir,
  startEmbeddedPostgres,
  type DataDirLock,
  type EmbeddedPostgres,
} from '../../src/platform/embedded-postgres/index.js';
import { findFreePort } from '../../test/support/free-port.js';
import { eventually } from '../../test/support/eventually.js';
import { readFamilyCpu } from './process-figures.js';

const REDIS_READY_WITHIN_MS = 10_000;

/** Databases of a Redis whose configuration does not say otherwise. */
const REDIS_DATABASES = 16;

/** An empty database of Redis that nobody else has. */
export interface EmptyQueue {
  readonly url: string;
  /** Gives it back. */
  readonly release: () => void;
}

/** A PostgreSQL as the service embeds it, with durable commits, and a Redis that keeps nothing. Everybody uses them. */
export class Servers {
  private readonly queuesTaken = new Set<number>();

  private constructor(
    private readonly folder: string,
    private readonly lock: DataDirLock,
    private readonly postgres: EmbeddedPostgres,
    private readonly redisProcess: ChildProcess,
    private readonly redisUrl: string,
    /** Of the server's first database, to make others. */
    readonly admin: pg.Pool,
  ) {}

  /** @param redisProgram path of `redis-server` */
  static async start(redisProgram: string): Promise<Servers> {
    const folder = makeFolder('servers');
    const lock = lockDataDir(join(folder, 'postgres'));
    const postgres = await startEmbeddedPostgres({ lock, report: () => undefined });
    try {
      const { child, url } = await startRedis(redisProgram, join(folder, 'redis'));
      const admin = new pg.Pool({ connectionString: postgres.url, max: 2 });
      // The server ends before its connections.
      admin.on('error', () => undefined);
      return new Servers(folder, lock, postgres, child, url, admin);
    } catch (error) {
      await postgres.stop();
      throw error;
    }
  }

  databaseUrl(name: string): string {
    const url = new URL(this.postgres.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  /** CPU seconds of all processes of PostgreSQL. */
  get databaseCpu(): number | undefined {
    const file = join(this.folder, 'postgres', 'postgres', 'postmaster.pid');
    return readFamilyCpu(Number(readFileSync(file, 'utf8').split('\n')[0]));
  }

  async takeQueue(): Promise<EmptyQueue> {
    const numbers = Array.from({ length: REDIS_DATABASES }, (_, number) => number);
    const number = numbers.find((each) => !this.queuesTaken.has(each));
    if (number === undefined) throw new Error(`All ${REDIS_DATABASES} databases of Redis are in use`);
    this.queuesTaken.add(number);
    const url = `${this.redisUrl}/${number}`;
    const redis = new Redis(url);
    await redis.flushdb();
    redis.disconnect();
    return { url, release: () => void this.queuesTaken.delete(number) };
  }

  /** Whatever is still being asked of them fails. */
  async close(): Promise<void> {
    this.redisProcess.kill('SIGKILL');
    await this.postgres.stop();
    await this.admin.end();
    this.lock.release();
  }
}

/** A temporary folder that every user may enter: PostgreSQL runs as another one where we are root. */
export function makeFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `integration-bench-${name}-`));
  chmodSync(folder, 0o755);
  return realpathSync(folder);
}

async function startRedis(program: string, folder: string): Promise<{ child: ChildProcess; url: string }> {
  mkdirSync(folder);
  const port = await findFreePort();
  const address = ['--bind', '127.0.0.1', '--port', String(port)];
  const nothingKept = ['--save', '', '--appendonly', 'no'];
  const child = spawn(program, [...address, '--dir', folder, ...nothingKept], { stdio: 'ignore' });
  const failed = once(child, 'error').then(([error]) => {
    throw error as Error;
  });
  const url = `redis://127.0.0.1:${port}`;
  const ready = eventually(
    async () => ((await answers(url)) ? true : undefined),
    REDIS_READY_WITHIN_MS,
    () => 'Redis does not answer',
  );
  try {
    await Promise.race([ready, failed]);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return { child, url };
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.ping();
    return true;
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}
