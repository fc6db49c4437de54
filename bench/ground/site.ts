import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { RunningProgram, type Program } from './running-program.js';
import { makeFolder, type EmptyQueue, type Servers } from './servers.js';

/** Where one contender is measured once: a new database, an empty queue, and the programs that run on them. */
export class Site {
  private readonly programs: RunningProgram[] = [];
  private started = 0;

  private constructor(
    readonly servers: Servers,
    private readonly name: string,
    private readonly folder: string,
    private readonly queue: EmptyQueue,
    readonly pool: pg.Pool,
  ) {}

  static async open(servers: Servers): Promise<Site> {
    const name = `bench_${randomBytes(6).toString('hex')}`;
    const queue = await servers.takeQueue();
    await servers.admin.query(`CREATE DATABASE ${name}`);
    // What others have written is not to be written back at this one's expense.
    await servers.admin.query('CHECKPOINT');
    const pool = new pg.Pool({ connectionString: servers.databaseUrl(name), max: 2 });
    // The database is dropped under the pool's idle connections.
    pool.on('error', () => undefined);
    return new Site(servers, name, makeFolder('site'), queue, pool);
  }

  get databaseUrl(): string {
    return this.servers.databaseUrl(this.name);
  }

  /** @param env in place of what the site says */
  async start(
    { env, ...program }: Program,
    ownEnv: Readonly<Record<string, string>> = {},
  ): Promise<RunningProgram> {
    const folder = join(this.folder, String(++this.started));
    mkdirSync(folder);
    const places = { DATABASE_URL: this.databaseUrl, REDIS_URL: this.queue.url };
    const ownProgram = { ...program, env: { ...places, ...env, ...ownEnv } };
    const running = RunningProgram.spawn(ownProgram, folder);
    // It is ended with the others, whether it gets ready or not.
    this.programs.push(running);
    await running.untilReady();
    return running;
  }

  /** CPU seconds of all its programs, and of PostgreSQL. */
  cpu(): { readonly programs: number; readonly database: number } {
    const seconds = this.programs.map((program) => program.figures()?.cpuSeconds ?? NaN);
    return {
      programs: seconds.reduce((sum, one) => sum + one, 0),
      database: this.servers.databaseCpu ?? NaN,
    };
  }

  async count(sql: string, values: readonly number[] = []): Promise<number> {
    const { rows } = await this.pool.query<{ count: number }>(sql, [...values]);
    return rows[0]?.count ?? 0;
  }

  async stop(program: RunningProgram): Promise<void> {
    await program.stop();
    this.programs.splice(this.programs.indexOf(program), 1);
  }

  /** Ends its programs. Nothing that they could still do is needed. */
  async end(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.end()));
  }

  /** Ends it, and leaves nothing behind. */
  async close(): Promise<void> {
    await this.end();
    await this.pool.end();
    await this.servers.admin.query(`DROP DATABASE ${this.name} WITH (FORCE)`);
    this.queue.release();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
