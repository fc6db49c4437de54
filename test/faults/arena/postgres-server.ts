import pg from 'pg';
import {
  lockDataDir,
  startEmbeddedPostgres,
  type DataDirLock,
  type EmbeddedPostgres,
} from '../../../src/platform/embedded-postgres/index.js';
import { serverPid } from '../../support/embedded-postgres.js';
import { openRelay, type Relay } from '../../support/outages.js';

/** How a server goes down: in order, at once, or as if the machine had lost its power. */
const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const;
export type Shutdown = keyof typeof SIGNALS;

/** A PostgreSQL of the row's own, with durable commits, behind a relay that keeps its address over restarts. */
export class PostgresServer {
  private constructor(
    private readonly dataDir: string,
    private readonly lock: DataDirLock,
    private server: EmbeddedPostgres,
    readonly relay: Relay,
    private connections: pg.Pool,
  ) {}

  static async start(dataDir: string): Promise<PostgresServer> {
    const lock = lockDataDir(dataDir);
    try {
      const server = await startEmbeddedPostgres({ lock, report: () => undefined });
      return new PostgresServer(dataDir, lock, server, await openRelay(server.url), openPool(server.url));
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** For the services. */
  get env(): Readonly<Record<string, string>> {
    return { DATABASE_URL: this.relay.url };
  }

  /** For the arena itself, past the relay. */
  get pool(): pg.Pool {
    return this.connections;
  }

  get url(): string {
    return this.server.url;
  }

  get postmaster(): number {
    return serverPid(this.dataDir);
  }

  /** Resolves when the server has ended and its address refuses connections. */
  async goDown(how: Shutdown): Promise<void> {
    await this.connections.end();
    process.kill(this.postmaster, SIGNALS[how]);
    await this.server.ended;
    await this.relay.down();
  }

  /** Resolves when it takes connections again, having recovered what was committed. */
  async comeBack(): Promise<void> {
    this.server = await startEmbeddedPostgres({ lock: this.lock, report: () => undefined });
    this.connections = openPool(this.server.url);
    this.relay.pointTo(this.server.url);
    await this.relay.up();
  }

  /** Resolves when the server has ended by itself. */
  get ended(): Promise<string> {
    return this.server.ended;
  }

  async close(): Promise<void> {
    await this.relay.close();
    await this.connections.end().catch(() => undefined);
    await this.server.stop();
    this.lock.release();
  }
}

function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    idleTimeoutMillis: 0,
    application_name: 'arena',
  });
  // It is our own doing when connections are lost.
  pool.on('error', () => undefined);
  return pool;
}
