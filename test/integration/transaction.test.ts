import { once } from 'node:events';
import { createPool, inTransaction } from '../../src/platform/database/index.js';
import { openBackends, type TestBackends } from '../support/backends.js';

describe('a transaction', () => {
  let backends: TestBackends;
  let pool: ReturnType<typeof createPool>;

  beforeAll(async () => {
    backends = await openBackends('postgres');
    pool = createPool(backends.env['DATABASE_URL'] ?? '', () => undefined);
    await pool.query('CREATE TABLE kept (n int)');
  });

  afterAll(async () => {
    await pool.end();
    await backends.close();
  });

  const kept = async () => (await pool.query<{ n: number }>('SELECT n FROM kept ORDER BY n')).rows;

  it('keeps everything, or nothing', async () => {
    await inTransaction(pool, async (client) => client.query('INSERT INTO kept VALUES (1)'));
    const failing = inTransaction(pool, async (client) => {
      await client.query('INSERT INTO kept VALUES (2)');
      throw new Error('changed its mind');
    });
    await expect(failing).rejects.toThrow('changed its mind');
    expect(await kept()).toEqual([{ n: 1 }]);
  });

  it('whose connection is lost between two statements fails, and nothing else does', async () => {
    const cut = inTransaction(pool, async (client) => {
      await client.query('INSERT INTO kept VALUES (3)');
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      // Nobody else listens here: an error that nobody takes ends a process.
      const lost = once(client, 'end');
      await backends.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
      await lost;
      await client.query('INSERT INTO kept VALUES (4)');
    });
    await expect(cut).rejects.toThrow(/connection|terminat|not queryable/i);
    expect(await kept()).toEqual([{ n: 1 }]);
  });
});
