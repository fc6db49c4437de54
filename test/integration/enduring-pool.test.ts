import { EnduringPool } from '../../src/platform/database/index.js';
import { type TestDatabase, type TestPostgres, startTestPostgres } from '../support/postgres.js';

describe('a pool that ends', () => {
  let postgres: TestPostgres;
  let database: TestDatabase;

  beforeAll(async () => {
    postgres = await startTestPostgres();
    database = await postgres.createDatabase();
  });

  afterAll(async () => {
    await database.close();
    await postgres.stop();
  });

  async function countConnections(application: string): Promise<number> {
    const { rows } = await database.pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = $1',
      [application],
    );
    return rows[0]?.count ?? NaN;
  }

  it('has no connection left at the server', async () => {
    const pool = new EnduringPool({ connectionString: database.url, application_name: 'leaving', max: 10 });
    await Promise.all(Array.from({ length: 10 }, () => pool.query('SELECT pg_sleep(0.05)')));
    expect(await countConnections('leaving')).toBe(10);
    await pool.end();
    expect(await countConnections('leaving')).toBe(0);
  });

  it('waits for those that were let go of just before, too', async () => {
    const pool = new EnduringPool({ connectionString: database.url, application_name: 'let go', max: 10 });
    const clients = await Promise.all(Array.from({ length: 10 }, () => pool.connect()));
    for (const client of clients) {
      // As a queue does that has listened.
      client.removeAllListeners();
      client.release(true);
    }
    await pool.end();
    expect(await countConnections('let go')).toBe(0);
  });

  it('does not wait for a server that is not heard of any more', async () => {
    const pool = new EnduringPool({ connectionString: database.url, max: 1 });
    const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const pid = rows[0]?.pid ?? NaN;
    process.kill(pid, 'SIGSTOP');
    try {
      await pool.end();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });
});
