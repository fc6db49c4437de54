import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { pidFile, serverPid } from '../../support/embedded-postgres.js';

/** The line of PostgreSQL's pid file in which its port stands. */
const PORT_LINE = 3;

/** The database that a service of the row has started by itself, seen from outside. */
export class EmbeddedDatabase {
  readonly env = {};
  private connections: { readonly url: string; readonly pool: pg.Pool } | undefined;

  constructor(private readonly dataDir: string) {}

  /** It has another port after every start. */
  get pool(): pg.Pool {
    const password = readFileSync(join(this.dataDir, 'postgres.password'), 'utf8').trim();
    const port = readFileSync(pidFile(this.dataDir), 'utf8').split('\n')[PORT_LINE] ?? '';
    const url = `postgresql://postgres:${password}@127.0.0.1:${port.trim()}/integration`;
    if (this.connections?.url !== url) {
      void this.connections?.pool.end();
      const pool = new pg.Pool({ connectionString: url, max: 4, application_name: 'arena' });
      pool.on('error', () => undefined);
      this.connections = { url, pool };
    }
    return this.connections.pool;
  }

  kill(): void {
    process.kill(serverPid(this.dataDir), 'SIGKILL');
  }

  async close(): Promise<void> {
    await this.connections?.pool.end();
    // The service was killed, and has left its server behind.
    this.kill();
  }
}
