import pg from 'pg';
import { LeaseKeeper } from '../../src/process/lease-keeper.js';
import type { Lease } from '../../src/store/index.js';
import { eventually } from '../support/eventually.js';
import { openStores, silentLogger, type TestStores } from '../support/stores.js';

let stores: TestStores;
let admin: pg.Client;
let keeper: LeaseKeeper;
let database: string;

beforeAll(async () => {
  stores = await openStores();
  const url = new URL(stores.backends.env['DATABASE_URL'] ?? '');
  database = url.pathname.slice(1);
  url.pathname = '/postgres';
  admin = new pg.Client(url.href);
  await admin.connect();
});

beforeEach(() => {
  keeper = new LeaseKeeper(stores.runs, silentLogger);
});

afterEach(() => keeper.onApplicationShutdown());

afterAll(async () => {
  await admin.end();
  await stores.close();
});

/** Every connection is cut, and no new one is let in, until `bringBack`. */
async function takeDatabaseAway(): Promise<void> {
  await admin.query(`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`);
  await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, [database]);
}

async function bringBack(): Promise<void> {
  await admin.query(`ALTER DATABASE ${database} ALLOW_CONNECTIONS true`);
}

const settle = (lease: Lease): Promise<void> =>
  stores.runs.settle(lease, 'worker:test', { from: 'running', to: 'completed', reason: 'finished' });

async function status(runId: string, expected: string): Promise<void> {
  await eventually(
    async () => ((await stores.run(runId))['status'] === expected ? true : undefined),
    5_000,
    () => `the run is not ${expected}`,
  );
}

describe('a run that cannot be settled because the database is away', () => {
  it('is given back by itself when the database answers, and counts neither as an attempt nor as a crash', async () => {
    const { lease } = await stores.claimNew();
    keeper.onModuleInit();
    await takeDatabaseAway();
    try {
      await expect(keeper.hold(lease, () => settle(lease))).rejects.toThrow();
    } finally {
      await bringBack();
    }
    await status(lease.runId, 'pending');
    expect(await stores.run(lease.runId)).toMatchObject({ attempts: 0, crashes: 0, queued_at: null });
    expect(await stores.trail(lease.runId)).toEqual([
      'pending → running claimed',
      'running → pending released',
    ]);
  });

  it('is given back before the next claim, even when its lease is over', async () => {
    const { lease } = await stores.claimNew();
    await takeDatabaseAway();
    try {
      await expect(keeper.hold(lease, () => settle(lease))).rejects.toThrow();
      await expect(keeper.giveBackStranded()).rejects.toThrow();
    } finally {
      await bringBack();
    }
    await stores.expireLease(lease.runId);
    await keeper.giveBackStranded();
    expect(await stores.claim(lease.runId)).toMatchObject({ attempt: 1, crashes: 0 });
    // Once: nothing is left of it.
    await keeper.giveBackStranded();
    expect(await stores.run(lease.runId)).toMatchObject({ status: 'running' });
  });

  it('is left alone when another worker has it by now, or when it was settled all the same', async () => {
    const [taken, settled] = [await stores.claimNew(), await stores.claimNew()];
    const lost = () => Promise.reject(new Error('Connection terminated unexpectedly'));
    await expect(keeper.hold(taken.lease, lost)).rejects.toThrow();
    await expect(keeper.hold(settled.lease, () => settle(settled.lease).then(lost))).rejects.toThrow();
    await stores.expireLease(taken.lease.runId);
    await stores.claim(taken.lease.runId);
    await keeper.giveBackStranded();
    expect(await stores.run(taken.lease.runId)).toMatchObject({ status: 'running', crashes: 1 });
    expect(await stores.run(settled.lease.runId)).toMatchObject({ status: 'completed' });
  });
});

it('a run that fails like that again and again, with the database at hand, is left to its lease in the end', async () => {
  const { id } = await stores.recordRun();
  const claimAndFail = async (): Promise<unknown> => {
    const { lease } = await stores.claim(id);
    await expect(keeper.hold(lease, () => Promise.reject(new Error('timeout expired')))).rejects.toThrow();
    await keeper.giveBackStranded();
    return (await stores.run(id))['status'];
  };
  for (let time = 0; time < 5; time++) expect(await claimAndFail()).toBe('pending');
  expect(await claimAndFail()).toBe('running');
});

it('a run that fails for another reason is not given back', async () => {
  const { lease } = await stores.claimNew();
  await expect(keeper.hold(lease, () => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
  await keeper.giveBackStranded();
  expect(await stores.run(lease.runId)).toMatchObject({ status: 'running' });
});

it('a process is idle when its last run is out of hand', async () => {
  await keeper.idle();
  const { lease } = await stores.claimNew();
  let finish = (): void => undefined;
  const held = keeper.hold(lease, () => new Promise<void>((resolve) => (finish = resolve)));
  let idle = false;
  const waiting = keeper.idle().then(() => (idle = true));
  await stores.run(lease.runId);
  expect(idle).toBe(false);
  finish();
  await held;
  await waiting;
});
