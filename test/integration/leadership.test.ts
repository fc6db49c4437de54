import pg from 'pg';
import { Leadership } from '../../src/store/index.js';
import { openBackends, type TestBackends } from '../support/backends.js';
import { eventually } from '../support/eventually.js';

let backends: TestBackends;
const candidates: Leadership[] = [];

beforeAll(async () => {
  backends = await openBackends('postgres');
});

afterEach(async () => {
  await Promise.all(candidates.splice(0).map((candidate) => candidate.onModuleDestroy()));
});

afterAll(() => backends.close());

async function start(name = 'test'): Promise<Leadership> {
  const leadership = new Leadership(name, backends.pool);
  candidates.push(leadership);
  await leadership.onApplicationBootstrap();
  return leadership;
}

/** The connections that hold a transaction open, as only leaders do. */
async function leaders(): Promise<{ pid: number; xmin: string | null; xid: string | null }[]> {
  const { rows } = await backends.pool.query<{ pid: number; xmin: string | null; xid: string | null }>(
    `SELECT pid, backend_xmin AS xmin, backend_xid AS xid FROM pg_stat_activity
     WHERE datname = current_database() AND state = 'idle in transaction'`,
  );
  return rows;
}

const leading = async (candidate: Leadership, expected = true): Promise<void> => {
  await eventually(
    () => (candidate.isLeader === expected ? true : undefined),
    5_000,
    () => `the candidate ${expected ? 'does not lead' : 'still leads'}`,
  );
};

describe('of the processes on one database', () => {
  it('one leads, until it stops; then another one does', async () => {
    const [first, second, third] = [await start(), await start(), await start()];
    expect([first, second, third].map(({ isLeader }) => isLeader)).toEqual([true, false, false]);
    expect(await leaders()).toHaveLength(1);
    await first.onModuleDestroy();
    expect(first.isLeader).toBe(false);
    await eventually(
      () => (second.isLeader !== third.isLeader ? true : undefined),
      5_000,
      () => 'nobody took over',
    );
  });

  it('one leads for each name', async () => {
    const [one, other] = [await start('one'), await start('other')];
    expect([one.isLeader, other.isLeader]).toEqual([true, true]);
  });

  it('one leads for each database', async () => {
    const elsewhere = await openBackends('postgres');
    const stranger = new Leadership('test', elsewhere.pool);
    try {
      await stranger.onApplicationBootstrap();
      expect([(await start()).isLeader, stranger.isLeader]).toEqual([true, true]);
    } finally {
      await stranger.onModuleDestroy();
      await elsewhere.close();
    }
  });
});

describe('a leader', () => {
  it('whose connection is cut no longer leads, and another one takes over', async () => {
    const [first, second] = [await start(), await start()];
    const [leader] = await leaders();
    // The other one must not lose the race for the lock, so it alone can try.
    await backends.pool.query('SELECT pg_terminate_backend($1)', [leader?.pid]);
    await eventually(
      () => (!first.isLeader || second.isLeader ? true : undefined),
      5_000,
      () => 'the leader did not notice',
    );
    await eventually(
      async () => ((await leaders()).length === 1 && first.isLeader !== second.isLeader ? true : undefined),
      5_000,
      () => 'nobody took over',
    );
  });

  it('leads again after the database was away', async () => {
    const candidate = await start();
    const name = (await backends.pool.query<{ name: string }>('SELECT current_database() AS name')).rows[0]!
      .name;
    const url = new URL(backends.env['DATABASE_URL'] ?? '');
    url.pathname = '/postgres';
    const admin = new pg.Client(url.href);
    await admin.connect();
    try {
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, [name]);
      await leading(candidate, false);
    } finally {
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
      await admin.end();
    }
    await leading(candidate);
  });

  it('holds no vacuum back, and may be silent for 10 s however short the limit of the pool is', async () => {
    const impatient = new pg.Pool({
      connectionString: backends.env['DATABASE_URL'],
      idle_in_transaction_session_timeout: 100,
    });
    const leadership = new Leadership('test', impatient);
    try {
      await leadership.onApplicationBootstrap();
      const [before] = await leaders();
      expect(before).toMatchObject({ xmin: null, xid: null });
      // Many times the limit, and more than one look of the leader at its connection.
      await eventually(
        async () => {
          const { rows } = await backends.pool.query<{ old: boolean }>(
            `SELECT now() - xact_start > interval '2500 milliseconds' AS old FROM pg_stat_activity WHERE pid = $1`,
            [before?.pid],
          );
          return rows[0]?.old === false ? undefined : true;
        },
        10_000,
        () => 'the transaction does not grow old',
      );
      expect(await leaders()).toEqual([before]);
      expect(leadership.isLeader).toBe(true);
    } finally {
      await leadership.onModuleDestroy();
      await impatient.end();
    }
  });
});
