import { createHash, randomUUID } from 'node:crypto';
import { failure } from '../../src/model/index.js';
import { createPool } from '../../src/platform/database/index.js';
import {
  FencedError,
  RunStore,
  StepStore,
  type EntityState,
  type Lease,
  type Settlement,
  type StepEntry,
} from '../../src/store/index.js';
import { chooseSeed, seededRandom } from '../support/random.js';
import { openStores, type TestStores } from '../support/stores.js';

const ACTOR = 'worker:test';
const COMPLETED: Settlement = { from: 'running', to: 'completed', reason: 'finished' };
const failed = (message: string): Settlement => ({
  from: 'running',
  to: 'retrying',
  reason: 'failed',
  failure: failure('target_unavailable', message, 'send'),
  retryInMs: 60_000,
});
const IMPOSSIBLE = { ...COMPLETED, to: 'cancelled' } as unknown as Settlement;
/** PostgreSQL takes it neither as text nor in JSON. */
const BAD = 'a\u0000b';

const seed = chooseSeed();
const random = seededRandom(seed);

let stores: TestStores;

beforeAll(async () => {
  process.stdout.write(`SEED=${seed}\n`);
  stores = await openStores();
});

afterAll(() => stores.close());

const times = <Made>(number: number, make: () => Promise<Made>): Promise<Made[]> =>
  Promise.all(Array.from({ length: number }, make));

const entryOf = (name: string): StepEntry => ({
  name,
  action: 'persist',
  inputHash: createHash('sha256').update(name).digest(),
  idempotencyKey: `run:${name}`,
});

const entityOf = (key: string, data: EntityState['data'] = {}): EntityState => ({
  provider: 'stripe',
  kind: 'shared',
  key,
  data,
  occurredAt: new Date(),
  rank: 0,
  eventId: randomUUID(),
});

/** How many commits these rows come from. */
async function commits(from: string, values: readonly unknown[]): Promise<number> {
  const { rows } = await stores.pool.query<{ count: number }>(
    `SELECT count(DISTINCT xmin::text)::int AS count FROM ${from}`,
    [...values],
  );
  return rows[0]!.count;
}

/** What each came to: what it gave, or the name of the error that it threw. */
async function outcomes(work: readonly Promise<unknown>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(work);
  return settled.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error).name));
}

async function lose(lease: Lease): Promise<void> {
  await stores.expireLease(lease.runId);
  await stores.claim(lease.runId);
}

async function steps(leases: readonly Lease[]): Promise<unknown[]> {
  const { rows } = await stores.pool.query<{ run_id: string }>(
    'SELECT * FROM steps WHERE run_id = ANY ($1)',
    [leases.map(({ runId }) => runId)],
  );
  return leases.map(({ runId }) => rows.find(({ run_id }) => run_id === runId));
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}

describe('what comes to the same point at the same time is written in one commit', () => {
  it('when runs are claimed', async () => {
    const runs = await times(20, () => stores.recordRun());
    const ids = runs.map(({ id }) => id);
    const claims = await Promise.all(ids.map((id) => stores.claim(id)));
    expect(claims.map(({ lease }) => lease.runId)).toEqual(ids);
    expect(await commits('runs WHERE id = ANY ($1)', [ids])).toBe(1);
    expect(await commits('transitions WHERE run_id = ANY ($1)', [ids])).toBe(1);
  });

  it('when their steps are begun and done, and when they are settled', async () => {
    const leases = (await times(20, () => stores.claimNew())).map(({ lease }) => lease);
    const ids = leases.map(({ runId }) => runId);
    await Promise.all(leases.map((lease) => stores.steps.begin(lease, entryOf('send'), false)));
    expect(await commits('steps WHERE run_id = ANY ($1)', [ids])).toBe(1);
    const outputs = await Promise.all(
      leases.map((lease, number) => stores.steps.finish(lease, entryOf('send'), { number })),
    );
    expect(outputs).toEqual(leases.map((_, number) => ({ number })));
    expect(await commits('steps WHERE run_id = ANY ($1)', [ids])).toBe(1);
    await Promise.all(
      leases.map((lease, number) =>
        stores.steps.keepEntity(lease, entryOf('keep'), entityOf(lease.runId), number),
      ),
    );
    expect(await commits('entities WHERE key = ANY ($1)', [ids])).toBe(1);
    await Promise.all(leases.map((lease) => stores.runs.settle(lease, ACTOR, COMPLETED)));
    expect(await commits('runs WHERE id = ANY ($1)', [ids])).toBe(1);
  });
});

describe('each run of a group has an outcome of its own', () => {
  it('when it is claimed', async () => {
    const [held, later, over, lost] = await times(4, () => stores.claimNew());
    await stores.runs.settle(later!.lease, ACTOR, failed('away'));
    await stores.runs.settle(over!.lease, ACTOR, COMPLETED);
    await stores.expireLease(lost!.lease.runId);
    const fresh = await stores.recordRun();
    const claims = await Promise.all(
      [
        held!.lease.runId,
        later!.lease.runId,
        over!.lease.runId,
        lost!.lease.runId,
        fresh.id,
        randomUUID(),
      ].map((id) => stores.runs.claim(id, ACTOR)),
    );
    expect(claims).toMatchObject([
      { outcome: 'early' },
      { outcome: 'early' },
      { outcome: 'settled', status: 'completed' },
      { outcome: 'claimed', run: { isTakeover: true, crashes: 1, lease: { epoch: 2 } } },
      { outcome: 'claimed', run: { isTakeover: false, crashes: 0, lease: { runId: fresh.id, epoch: 1 } } },
      { outcome: 'missing' },
    ]);
    const waits = claims.flatMap((claim) => (claim.outcome === 'early' ? [claim.waitMs] : []));
    expect(waits[0]).toBeLessThanOrEqual(10_000);
    expect(waits[1]).toBeGreaterThan(50_000);
  });

  it('when its lease is void and those of its neighbours hold', async () => {
    const leases = (await times(6, () => stores.claimNew())).map(({ lease }) => lease);
    const [, lost, , alsoLost] = leases;
    await Promise.all([lost!, alsoLost!].map(lose));
    const entities = leases.map(({ runId }) => entityOf(runId, { by: runId }));
    const expected = (value: unknown) =>
      leases.map((lease) => ([lost, alsoLost].includes(lease) ? FencedError.name : value));

    expect(await outcomes(leases.map((lease) => stores.steps.begin(lease, entryOf('send'), false)))).toEqual(
      expected(undefined),
    );
    expect(
      await outcomes(leases.map((lease) => stores.steps.finish(lease, entryOf('send'), 'sent'))),
    ).toEqual(expected('sent'));
    expect(
      await outcomes(
        leases.map((lease, index) =>
          stores.steps.keepEntity(lease, entryOf('keep'), entities[index]!, 'kept'),
        ),
      ),
    ).toEqual(expected('kept'));
    const { rows } = await stores.pool.query('SELECT key FROM entities WHERE key = ANY ($1)', [
      leases.map(({ runId }) => runId),
    ]);
    expect(rows).toHaveLength(4);
    expect(await outcomes(leases.map((lease) => stores.runs.settle(lease, ACTOR, COMPLETED)))).toEqual(
      expected(undefined),
    );
    const statuses = await Promise.all(leases.map(async ({ runId }) => (await stores.run(runId))['status']));
    expect(statuses).toEqual(['completed', 'running', 'completed', 'running', 'completed', 'completed']);
    expect(await steps([lost!, alsoLost!])).toEqual([undefined, undefined]);
  });

  it('when it ends differently from its neighbours', async () => {
    const leases = (await times(4, () => stores.claimNew())).map(({ lease }) => lease);
    const endings: Settlement[] = [
      COMPLETED,
      failed('away'),
      { from: 'running', to: 'pending', reason: 'circuit_open', waitingOn: 'http:till:443' },
      {
        from: 'running',
        to: 'compensating',
        reason: 'failed',
        failure: failure('target_refused', 'no', 'pay'),
      },
    ];
    await Promise.all(leases.map((lease, index) => stores.runs.settle(lease, ACTOR, endings[index]!)));
    const runs = await Promise.all(leases.map(({ runId }) => stores.run(runId)));
    expect(runs).toMatchObject([
      { status: 'completed', attempts: 1, lease_until: null, waiting_on: null, last_error: null },
      { status: 'retrying', attempts: 1, lease_until: null, last_error: { message: 'away' } },
      { status: 'pending', attempts: 0, lease_until: null, waiting_on: 'http:till:443' },
      { status: 'compensating', attempts: 1, compensation_attempts: 1, last_error: { message: 'no' } },
    ]);
    expect(runs[3]!['lease_until']).toBeInstanceOf(Date);
  });
});

it('runs that are completed with their step and runs that go on share a commit', async () => {
  const leases = (await times(4, () => stores.claimNew())).map(({ lease }) => lease);
  await lose(leases[3]!);
  const kept = leases.map((lease, index) => {
    const entry = { ...entryOf('keep'), completedBy: index % 2 === 1 ? ACTOR : undefined };
    return stores.steps.keepEntity(lease, entry, entityOf(lease.runId), 'kept');
  });
  expect(await outcomes(kept)).toEqual(['kept', 'kept', 'kept', FencedError.name]);
  const runs = await Promise.all(leases.map(({ runId }) => stores.run(runId)));
  expect(runs.map(({ status }) => status)).toEqual(['running', 'completed', 'running', 'running']);
  expect(await stores.trail(leases[1]!.runId)).toEqual([
    'pending → running claimed',
    'running → completed finished',
  ]);
  expect(await stores.trail(leases[0]!.runId)).toEqual(['pending → running claimed']);
  expect(await commits('entities WHERE key = ANY ($1)', [leases.map(({ runId }) => runId)])).toBe(1);
});

describe('what the database does not take of one run fails no other', () => {
  let leases: Lease[];

  beforeEach(async () => {
    leases = (await times(5, () => stores.claimNew())).map(({ lease }) => lease);
  });

  /** Of the third run. */
  const orBad = <Value>(index: number, good: Value, bad: Value): Value => (index === 2 ? bad : good);
  const expected = (value: unknown) => leases.map((_, index) => orBad(index, value, 'error'));

  it('when a step is begun', async () => {
    const begun = leases.map((lease, index) =>
      stores.steps.begin(lease, entryOf(orBad(index, 'send', BAD)), false),
    );
    expect(await outcomes(begun)).toEqual(expected(undefined));
    expect((await steps(leases)).map(Boolean)).toEqual([true, true, false, true, true]);
  });

  it('when a step is done', async () => {
    const done = leases.map((lease, index) =>
      stores.steps.finish(lease, entryOf('send'), { text: orBad(index, 'sent', BAD) }),
    );
    expect(await outcomes(done)).toEqual(expected({ text: 'sent' }));
    expect((await steps(leases)).map(Boolean)).toEqual([true, true, false, true, true]);
  });

  it('when an entity is kept', async () => {
    const kept = leases.map((lease, index) => {
      const entity = entityOf(lease.runId, { text: orBad(index, 'kept', BAD) });
      return stores.steps.keepEntity(lease, entryOf('keep'), entity, 'kept');
    });
    expect(await outcomes(kept)).toEqual(expected('kept'));
    const { rowCount } = await stores.pool.query('SELECT FROM entities WHERE key = ANY ($1)', [
      leases.map(({ runId }) => runId),
    ]);
    expect(rowCount).toBe(4);
  });

  it('when runs are claimed', async () => {
    const runs = await times(3, () => stores.recordRun());
    const claims = [runs[0]!.id, 'no id', runs[1]!.id, runs[2]!.id].map((id) => stores.runs.claim(id, ACTOR));
    expect(await outcomes(claims)).toMatchObject([
      { outcome: 'claimed' },
      'error',
      { outcome: 'claimed' },
      { outcome: 'claimed' },
    ]);
  });

  it('when runs are settled', async () => {
    const settled = leases.map((lease, index) =>
      stores.runs.settle(lease, ACTOR, orBad(index, COMPLETED, IMPOSSIBLE)),
    );
    expect(await outcomes(settled)).toEqual(expected(undefined));
    const statuses = await Promise.all(leases.map(async ({ runId }) => (await stores.run(runId))['status']));
    expect(statuses).toEqual(
      expected('completed').map((status) => (status === 'error' ? 'running' : status)),
    );
  });
});

it('a database that is away is so for every run of a group', async () => {
  const nowhere = createPool('postgresql://postgres@127.0.0.1:1/none', () => undefined);
  const runs = new RunStore(nowhere);
  const claims = await Promise.allSettled([1, 2, 3].map(() => runs.claim(randomUUID(), ACTOR)));
  expect(claims.map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
  await nowhere.end();
});

describe('states of one entity that come at the same time', () => {
  it('leave the newest, and each step is done', async () => {
    const leases = (await times(10, () => stores.claimNew())).map(({ lease }) => lease);
    const key = randomUUID();
    const seconds = shuffled(leases.map((_, second) => second));
    const outputs = await Promise.all(
      leases.map((lease, index) => {
        const second = seconds[index]!;
        const entity = {
          ...entityOf(key, { second }),
          occurredAt: new Date(Date.UTC(2026, 2, 1, 12, 0, second)),
        };
        return stores.steps.keepEntity(lease, entryOf('keep'), entity, { second });
      }),
    );
    expect(outputs).toEqual(seconds.map((second) => ({ second })));
    expect(await steps(leases)).toMatchObject(
      seconds.map((second) => ({ status: 'done', output: { second } })),
    );
    const { rows } = await stores.pool.query('SELECT data FROM entities WHERE key = $1', [key]);
    expect(rows).toEqual([{ data: { second: 9 } }]);
  });
});

describe('several processes', () => {
  const PROCESSES = 3;
  const RUNS = 60;
  let pools: ReturnType<typeof createPool>[];

  beforeAll(() => {
    const url = stores.backends.env['DATABASE_URL'] ?? '';
    pools = Array.from({ length: PROCESSES }, () => createPool(url, () => undefined));
  });

  afterAll(() => Promise.all(pools.map((pool) => pool.end())));

  it('claim each run once between them, in whatever order they ask', async () => {
    const ids = (await times(RUNS, () => stores.recordRun())).map(({ id }) => id);
    const claims = await Promise.all(
      pools.flatMap((pool) => {
        const runs = new RunStore(pool);
        return shuffled(ids).map((id) => runs.claim(id, ACTOR));
      }),
    );
    const claimed = claims.flatMap((claim) => (claim.outcome === 'claimed' ? [claim.run.lease.runId] : []));
    expect(claimed.sort()).toEqual([...ids].sort());
    expect(claims.filter(({ outcome }) => outcome === 'early')).toHaveLength((PROCESSES - 1) * RUNS);
    const { rows } = await stores.pool.query<{ epoch: number; claims: number }>(
      `SELECT epoch, (SELECT count(*)::int FROM transitions WHERE run_id = runs.id) AS claims
       FROM runs WHERE id = ANY ($1)`,
      [ids],
    );
    expect(rows).toEqual(Array(RUNS).fill({ epoch: 1, claims: 1 }));
  });

  it('that write the same runs and entities, in whatever order, wait in no ring', async () => {
    const keys = Array.from({ length: 5 }, () => randomUUID());
    for (let round = 0; round < 5; round++) {
      const leases = (await times(RUNS, () => stores.claimNew())).map(({ lease }) => lease);
      const writes = pools.flatMap((pool) => {
        const [runs, ledger] = [new RunStore(pool), new StepStore(pool)];
        const someOf = shuffled(leases).slice(0, RUNS / 2);
        return [
          ...shuffled(leases).map((lease) => ledger.finish(lease, entryOf('send'), 'sent')),
          ...shuffled(leases).map((lease, index) =>
            ledger.keepEntity(
              lease,
              { ...entryOf('keep'), completedBy: random() < 0.3 ? ACTOR : undefined },
              entityOf(keys[index % keys.length]!),
              'kept',
            ),
          ),
          ...shuffled(someOf).map((lease) => runs.settle(lease, ACTOR, COMPLETED)),
          runs.renew(shuffled(leases)),
          stores.dispatch.markQueued(
            shuffled(leases).map(({ runId, epoch }) => ({ runId, number: round + 1, epoch })),
          ),
        ];
      });
      // A run that is settled before another process writes it is fenced; nothing else may go wrong.
      const errors = (await Promise.allSettled(writes)).flatMap((one) =>
        one.status === 'rejected' && !(one.reason instanceof FencedError) ? [String(one.reason)] : [],
      );
      expect(new Set(errors)).toEqual(new Set());
      const { rows } = await stores.pool.query<{ settled: number }>(
        `SELECT count(*)::int AS settled FROM transitions WHERE run_id = ANY ($1) AND "to" = 'completed'
         GROUP BY run_id HAVING count(*) > 1`,
        [leases.map(({ runId }) => runId)],
      );
      expect(rows).toEqual([]);
    }
  });
});
