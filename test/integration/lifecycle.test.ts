import { createHash, randomUUID } from 'node:crypto';
import {
  failure,
  isLegalTransition,
  LIFECYCLE,
  RUN_STATUSES,
  type RunStatus,
} from '../../src/model/index.js';
import {
  FencedError,
  type ClaimedRun,
  type EntityState,
  type Lease,
  type Settlement,
  type StepEntry,
} from '../../src/store/index.js';
import { CORRELATION_ID, newEvent, openStores, TRACEPARENT, type TestStores } from '../support/stores.js';

const ACTOR = 'worker:test';
const COMPLETED: Settlement = { from: 'running', to: 'completed', reason: 'finished' };
const RELEASED: Settlement = { from: 'running', to: 'pending', reason: 'released' };
const failed = (retryInMs: number): Settlement => ({
  from: 'running',
  to: 'retrying',
  reason: 'failed',
  failure: failure('target_unavailable', 'away', 'send'),
  retryInMs,
});
const dead = (code: 'target_refused' | 'outcome_unknown' = 'target_refused'): Settlement => ({
  from: 'running',
  to: 'dead_lettered',
  reason: 'failed',
  failure: failure(code, 'for good', 'send'),
});

let stores: TestStores;

beforeAll(async () => {
  stores = await openStores();
});

afterAll(() => stores.close());

/** Everything there is about a run, to see that nothing of it has changed. */
async function everything({ runId }: Lease) {
  const { rows: steps } = await stores.pool.query('SELECT * FROM steps WHERE run_id = $1 ORDER BY name', [
    runId,
  ]);
  const { rows: entities } = await stores.pool.query('SELECT * FROM entities ORDER BY key');
  return { run: await stores.run(runId), trail: await stores.trail(runId), steps, entities } as unknown;
}

const entryOf = (name: string, runId = 'run'): StepEntry => ({
  name,
  action: 'email',
  inputHash: createHash('sha256').update(name).digest(),
  idempotencyKey: `${runId}:${name}`,
});

describe('a claim', () => {
  it('gives the run with its event, its body and its attempt', async () => {
    const recorded = newEvent({ entity: 'ch_1', occurredAt: new Date('2026-03-01T12:00:00Z') }, '{"a":1}');
    await stores.events.record([recorded]);
    const runId = recorded.runs[0]!.id;
    expect(await stores.claim(runId)).toEqual({
      lease: { runId, epoch: 1 },
      event: recorded.event,
      body: Buffer.from('{"a":1}'),
      workflow: 'log',
      workflowVersion: 1,
      number: 1,
      status: 'running',
      attempt: 1,
      crashes: 0,
      isTakeover: false,
      ledger: new Map(),
      lastError: null,
      traceparent: TRACEPARENT,
      correlationId: CORRELATION_ID,
    });
    expect(await stores.trail(runId)).toEqual(['pending → running claimed']);
  });

  it('by 20 workers at once is given to one', async () => {
    const { id } = await stores.recordRun();
    const claims = await Promise.all(Array.from({ length: 20 }, () => stores.runs.claim(id, ACTOR)));
    const outcomes = claims.map(({ outcome }) => outcome).sort();
    expect(outcomes).toEqual(['claimed', ...Array<string>(19).fill('early')]);
    expect(await stores.run(id)).toMatchObject({ epoch: 1, attempts: 1, crashes: 0 });
    expect(await stores.trail(id)).toHaveLength(1);
  });

  it('of a run whose lease ran out, by 20 workers at once, is given to one', async () => {
    const { lease } = await stores.claimNew();
    await stores.expireLease(lease.runId);
    const claims = await Promise.all(Array.from({ length: 20 }, () => stores.runs.claim(lease.runId, ACTOR)));
    expect(claims.filter(({ outcome }) => outcome === 'claimed')).toHaveLength(1);
    expect(await stores.run(lease.runId)).toMatchObject({ epoch: 2, crashes: 1 });
  });

  it('of a run that is held is early until the lease ends', async () => {
    const { lease } = await stores.claimNew();
    const claim = await stores.runs.claim(lease.runId, ACTOR);
    if (claim.outcome !== 'early') throw new Error(claim.outcome);
    expect(claim.waitMs).toBeGreaterThan(5_000);
    expect(claim.waitMs).toBeLessThanOrEqual(10_000);
    // A queue in PostgreSQL takes no fractions.
    expect(Number.isInteger(claim.waitMs)).toBe(true);
  });

  it('of a run that is not due is early until it is', async () => {
    const { lease } = await stores.claimNew();
    await stores.runs.settle(lease, ACTOR, failed(60_000));
    const claim = await stores.runs.claim(lease.runId, ACTOR);
    if (claim.outcome !== 'early') throw new Error(claim.outcome);
    expect(claim.waitMs).toBeGreaterThan(50_000);
    expect(claim.waitMs).toBeLessThanOrEqual(60_000);
    await stores.pool.query('UPDATE runs SET next_attempt_at = now() WHERE id = $1', [lease.runId]);
    expect(await stores.claim(lease.runId)).toMatchObject({ attempt: 2, crashes: 0, lease: { epoch: 2 } });
  });

  it.each([COMPLETED, dead()])('of a run that is $to is settled', async (settlement) => {
    const { lease } = await stores.claimNew();
    await stores.runs.settle(lease, ACTOR, settlement);
    expect(await stores.runs.claim(lease.runId, ACTOR)).toEqual({
      outcome: 'settled',
      status: settlement.to,
    });
  });

  it('of a run that is not there is missing', async () => {
    expect(await stores.runs.claim(randomUUID(), ACTOR)).toEqual({ outcome: 'missing' });
  });

  it('after a lease that ran out counts a crash and no attempt', async () => {
    const first = await stores.claimNew();
    await stores.expireLease(first.lease.runId);
    const second = await stores.claim(first.lease.runId);
    expect(second).toMatchObject({ attempt: 1, crashes: 1, isTakeover: true, lease: { epoch: 2 } });
    expect(await stores.trail(first.lease.runId)).toEqual([
      'pending → running claimed',
      'running → running lease_expired',
    ]);
  });
});

describe('a renewal', () => {
  it('lengthens the leases that hold, and names them', async () => {
    const [held, lost, over] = [await stores.claimNew(), await stores.claimNew(), await stores.claimNew()];
    await stores.expireLease(held.lease.runId);
    await stores.expireLease(lost.lease.runId);
    await stores.claim(lost.lease.runId);
    await stores.runs.settle(over.lease, ACTOR, COMPLETED);

    const renewed = await stores.runs.renew([held, lost, over].map(({ lease }) => lease));
    expect(renewed).toEqual(new Set([held.lease.runId]));
    expect((await stores.runs.claim(held.lease.runId, ACTOR)).outcome).toBe('early');
  });

  it('of many by two workers in opposite orders waits in no ring', async () => {
    const held = await Promise.all(Array.from({ length: 30 }, () => stores.claimNew()));
    const leases = held.map(({ lease }) => lease);
    const orders = Array.from({ length: 10 }, (_, index) => (index % 2 ? leases : [...leases].reverse()));
    for (const renewed of await Promise.all(orders.map((order) => stores.runs.renew(order)))) {
      expect(renewed.size).toBe(30);
    }
  });
});

describe('a release', () => {
  it.each([
    ['of the worker', (lease: Lease) => stores.runs.release([lease], ACTOR)],
    ['between two steps', (lease: Lease) => stores.runs.settle(lease, ACTOR, RELEASED)],
  ])('%s does not count the attempt, and calls for a new job', async (_, release) => {
    const run = await stores.recordRun();
    await stores.dispatch.markQueued([{ runId: run.id, number: 1, epoch: 0 }]);
    const { lease } = await stores.claim(run.id);
    await release(lease);
    expect(await stores.run(run.id)).toMatchObject({
      status: 'pending',
      attempts: 0,
      crashes: 0,
      queued_at: null,
      lease_until: null,
      next_attempt_at: null,
      dispatches: 1,
    });
    expect(await stores.trail(run.id)).toEqual(['pending → running claimed', 'running → pending released']);
    expect(await stores.claim(run.id)).toMatchObject({ attempt: 1 });
  });

  it('of a second attempt leaves the first one counted', async () => {
    const { lease } = await stores.claimNew();
    await stores.runs.settle(lease, ACTOR, failed(0));
    const second = await stores.claim(lease.runId);
    await stores.runs.release([second.lease], ACTOR);
    expect(await stores.claim(lease.runId)).toMatchObject({ attempt: 2 });
  });
});

describe('a settlement', () => {
  it('keeps what went wrong, and when to go on', async () => {
    const { lease } = await stores.claimNew();
    await stores.runs.settle(lease, ACTOR, failed(60_000));
    const run = await stores.run(lease.runId);
    expect(run).toMatchObject({
      status: 'retrying',
      last_error: { code: 'target_unavailable', message: 'away', step: 'send', retryable: true },
      lease_until: null,
      finished_at: null,
    });
    expect((run['next_attempt_at'] as Date).getTime()).toBeGreaterThan(Date.now() + 50_000);
    expect((run['next_attempt_at'] as Date).getTime()).toBeLessThan(Date.now() + 70_000);
  });

  it.each([COMPLETED, dead()])('as $to is the end', async (settlement) => {
    const { lease } = await stores.claimNew();
    await stores.runs.settle(lease, ACTOR, settlement);
    expect(await stores.run(lease.runId)).toMatchObject({
      status: settlement.to,
      finished_at: expect.any(Date) as Date,
      lease_until: null,
      next_attempt_at: null,
    });
  });

  it('of one run by many at once is one', async () => {
    const { lease } = await stores.claimNew();
    const settled = await Promise.allSettled(
      [COMPLETED, dead(), failed(0), RELEASED, COMPLETED].map((to) => stores.runs.settle(lease, ACTOR, to)),
    );
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await stores.trail(lease.runId)).toHaveLength(2);
  });
});

describe('what the lifecycle does not have', () => {
  /** A run in each status, with the lease that it would be written under. */
  async function runIn(status: RunStatus): Promise<Lease> {
    if (status === 'pending') return { runId: (await stores.recordRun()).id, epoch: 0 };
    const { lease } = await stores.claimNew();
    if (status === 'retrying') await stores.runs.settle(lease, ACTOR, failed(60_000));
    if (status === 'completed') await stores.runs.settle(lease, ACTOR, COMPLETED);
    if (status === 'dead_lettered') await stores.runs.settle(lease, ACTOR, dead());
    return lease;
  }

  it.each(['pending', 'retrying', 'completed', 'dead_lettered'] as const)(
    'is refused by the store: a run that is %s cannot be settled',
    async (status) => {
      const lease = await runIn(status);
      const before = await everything(lease);
      for (const settlement of [COMPLETED, dead(), failed(0), RELEASED]) {
        await expect(stores.runs.settle(lease, ACTOR, settlement)).rejects.toThrow(FencedError);
      }
      await stores.runs.release([lease], ACTOR);
      expect(await stores.runs.renew([lease])).toEqual(new Set());
      await expect(stores.steps.begin(lease, entryOf('send'), false)).rejects.toThrow(FencedError);
      expect(await everything(lease)).toEqual(before);
    },
  );

  it('is refused by the database, for every pair of statuses', async () => {
    const { lease } = await stores.claimNew();
    const isAccepted = async (from: RunStatus, to: RunStatus): Promise<boolean> => {
      const client = await stores.pool.connect();
      try {
        await client.query('BEGIN');
        await client.query(
          `INSERT INTO transitions (run_id, "from", "to", attempt, reason, actor) VALUES ($1, $2, $3, 1, 'a', 'b')`,
          [lease.runId, from, to],
        );
        return true;
      } catch (error) {
        expect(String(error)).toContain('transitions_legal');
        return false;
      } finally {
        await client.query('ROLLBACK');
        client.release();
      }
    };
    for (const from of RUN_STATUSES) {
      for (const to of RUN_STATUSES) {
        expect([from, to, await isAccepted(from, to)]).toEqual([from, to, isLegalTransition(from, to)]);
      }
    }
  });

  it('is refused by the store: a run cannot be settled as what no run can be', async () => {
    const { lease } = await stores.claimNew();
    const before = await everything(lease);
    const settlement = { to: 'cancelled', reason: 'finished' } as unknown as Settlement;
    await expect(stores.runs.settle(lease, ACTOR, settlement)).rejects.toThrow();
    expect(await everything(lease)).toEqual(before);
  });
});

describe('a write under a lease that was lost', () => {
  const entity: EntityState = {
    provider: 'stripe',
    kind: 'fenced',
    key: 'key',
    data: { written: 'by the old worker' },
    occurredAt: new Date(),
    rank: 0,
    eventId: randomUUID(),
  };

  const WRITES: Record<string, (lease: Lease) => Promise<unknown>> = {
    settle: (lease) => stores.runs.settle(lease, ACTOR, COMPLETED),
    'settle (retry)': (lease) => stores.runs.settle(lease, ACTOR, failed(0)),
    'settle (release)': (lease) => stores.runs.settle(lease, ACTOR, RELEASED),
    begin: (lease) => stores.steps.begin(lease, entryOf('new'), false),
    'begin again': (lease) => stores.steps.begin(lease, entryOf('done'), false),
    finish: (lease) => stores.steps.finish(lease, entryOf('new'), 'output'),
    'finish again': (lease) => stores.steps.finish(lease, entryOf('done'), 'output'),
    fail: (lease) => stores.steps.fail(lease, entryOf('done')),
    keepEntity: (lease) => stores.steps.keepEntity(lease, entryOf('new'), entity, 'output'),
  };

  let old: Lease;
  let before: unknown;

  beforeAll(async () => {
    const { lease } = await stores.claimNew();
    await stores.steps.finish(lease, entryOf('done'), 'right');
    await stores.expireLease(lease.runId);
    await stores.claim(lease.runId);
    old = lease;
    before = await everything(lease);
  });

  it.each(Object.entries(WRITES))('%s changes nothing and says so', async (_, write) => {
    const thrown = await write(old).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(thrown).toBeInstanceOf(FencedError);
    expect((thrown as FencedError).lease).toEqual(old);
    expect(await everything(old)).toEqual(before);
  });

  it('release and renewal change nothing', async () => {
    await stores.runs.release([old], ACTOR);
    expect(await stores.runs.renew([old])).toEqual(new Set());
    expect(await everything(old)).toEqual(before);
  });

  it('is refused for an epoch that is still to come, and for a run that is not there', async () => {
    for (const lease of [
      { ...old, epoch: 99 },
      { runId: randomUUID(), epoch: 1 },
    ]) {
      await expect(stores.steps.finish(lease, entryOf('new'), null)).rejects.toThrow(FencedError);
      await expect(stores.runs.settle(lease, ACTOR, COMPLETED)).rejects.toThrow(FencedError);
    }
  });
});

describe('the effect ledger', () => {
  it('gives every later attempt what the steps gave, and what became of them', async () => {
    const { lease } = await stores.claimNew();
    const output = { messageId: '<größe@x>', list: [1, null, 'a"b'] };
    await stores.steps.begin(lease, entryOf('sent'), false);
    await stores.steps.finish(lease, entryOf('sent'), output);
    await stores.steps.finish(lease, entryOf('nothing'), undefined);
    await stores.steps.begin(lease, entryOf('refused'), false);
    await stores.steps.fail(lease, entryOf('refused'));
    await stores.steps.begin(lease, entryOf('cut off'), false);
    await stores.runs.settle(lease, ACTOR, failed(0));

    expect((await stores.claim(lease.runId)).ledger).toEqual(
      new Map([
        ['sent', { status: 'done', output }],
        ['nothing', { status: 'done', output: null }],
        ['refused', { status: 'failed', output: null }],
        ['cut off', { status: 'started', output: null }],
      ]),
    );
  });

  it('lets no one begin what another has begun, unless it may be repeated', async () => {
    const { lease } = await stores.claimNew();
    await stores.steps.begin(lease, entryOf('send'), false);
    // As a claim sees it whose snapshot is older than that row.
    await expect(stores.steps.begin(lease, entryOf('send'), false)).rejects.toThrow(FencedError);
    await stores.steps.begin(lease, entryOf('send'), true);
    await stores.steps.finish(lease, entryOf('send'), 'sent');
    await expect(stores.steps.begin(lease, entryOf('send'), false)).rejects.toThrow(FencedError);
  });

  it('keeps the idempotency key of the first attempt', async () => {
    const { lease } = await stores.claimNew();
    await stores.steps.begin(lease, entryOf('send', 'first'), false);
    await stores.steps.fail(lease, entryOf('send', 'first'));
    await stores.steps.begin(lease, entryOf('send', 'second'), false);
    await stores.steps.finish(lease, entryOf('send', 'second'), 'sent');
    const { rows } = await stores.pool.query('SELECT * FROM steps WHERE run_id = $1', [lease.runId]);
    expect(rows).toMatchObject([{ idempotency_key: 'first:send', status: 'done', output: 'sent' }]);
  });
});

describe('an entity', () => {
  const NOON = new Date('2026-03-01T12:00:00Z');
  const LATER = new Date('2026-03-01T12:00:01Z');
  // Ids sort by the time of receipt.
  const [EARLIER_ID, LATER_ID] = [
    '01a4b3c2-0000-7000-8000-000000000001',
    '01a4b3c2-0000-7000-8000-000000000002',
  ];

  type State = Pick<EntityState, 'occurredAt' | 'rank' | 'eventId'>;
  const state = (occurredAt: Date, rank: number, eventId: string): State => ({ occurredAt, rank, eventId });

  /** Keeps the states one after the other, each by a run of its own, and gives the number of the one that stays. */
  async function keep(states: readonly State[]): Promise<number> {
    const key = randomUUID();
    for (const [number, each] of states.entries()) {
      const { lease } = await stores.claimNew();
      const entity = { provider: 'stripe', kind: 'payment', key, data: { number }, ...each };
      await stores.steps.keepEntity(lease, entryOf('keep'), entity, 'kept');
      // Whether or not it was the newest, the step is done.
      await stores.runs.settle(lease, ACTOR, failed(0));
      const { ledger } = await stores.claim(lease.runId);
      expect(ledger.get('keep')).toEqual({ status: 'done', output: 'kept' });
    }
    const { rows } = await stores.pool.query<{ data: { number: number } }>(
      'SELECT * FROM entities WHERE key = $1',
      [key],
    );
    expect(rows).toHaveLength(1);
    return rows[0]!.data.number;
  }

  const PAIRS: [string, State, State][] = [
    ['the later', state(LATER, 0, EARLIER_ID), state(NOON, 5, LATER_ID)],
    ['of two of one time the higher rank', state(NOON, 2, EARLIER_ID), state(NOON, 1, LATER_ID)],
    ['of two of one time and rank the later received', state(NOON, 1, LATER_ID), state(NOON, 1, EARLIER_ID)],
  ];

  it.each(PAIRS)('keeps %s, in whatever order they come', async (_, newer, older) => {
    expect(await keep([older, newer])).toBe(1);
    expect(await keep([newer, older])).toBe(0);
  });

  it('is the same after the same event came twice', async () => {
    const same = state(NOON, 0, EARLIER_ID);
    expect(await keep([same, same])).toBe(0);
  });

  it('is the newest after many at once', async () => {
    const key = randomUUID();
    await Promise.all(
      Array.from({ length: 20 }, async (_, second) => {
        const { lease } = await stores.claimNew();
        const occurredAt = new Date(NOON.getTime() + ((second * 7) % 20) * 1000);
        const data = { at: occurredAt.toISOString() };
        const entity = {
          provider: 'stripe',
          kind: 'payment',
          key,
          data,
          occurredAt,
          rank: 0,
          eventId: randomUUID(),
        };
        await stores.steps.keepEntity(lease, entryOf('keep'), entity, null);
      }),
    );
    const { rows } = await stores.pool.query('SELECT data FROM entities WHERE key = $1', [key]);
    expect(rows).toEqual([{ data: { at: '2026-03-01T12:00:19.000Z' } }]);
  });
});

describe('a run that is undone', () => {
  const away = failure('target_unavailable', 'away', 'send:compensation');
  const turn: Settlement = { from: 'running', to: 'compensating', reason: 'failed', failure: away };
  const again: Settlement = {
    from: 'compensating',
    to: 'compensating',
    reason: 'failed',
    failure: away,
    retryInMs: 0,
  };

  async function turned(): Promise<ClaimedRun> {
    const run = await stores.claimNew();
    await stores.runs.settle(run.lease, ACTOR, turn);
    return run;
  }

  it('stays in hand, with attempts and crashes anew', async () => {
    const { lease } = await turned();
    expect(await stores.run(lease.runId)).toMatchObject({
      status: 'compensating',
      epoch: 1,
      attempts: 1,
      compensation_attempts: 1,
      crashes: 0,
    });
    expect((await stores.runs.claim(lease.runId, ACTOR)).outcome).toBe('early');
    expect(await stores.runs.renew([lease])).toEqual(new Set([lease.runId]));
  });

  it('is claimed again for its next attempt, to be undone further', async () => {
    const { lease } = await turned();
    await stores.runs.settle(lease, ACTOR, again);
    expect(await stores.claim(lease.runId)).toMatchObject({
      status: 'compensating',
      attempt: 2,
      crashes: 0,
      lastError: away,
    });
    expect(await stores.run(lease.runId)).toMatchObject({ attempts: 1, compensation_attempts: 2 });
  });

  it('is taken over when its worker died, which is a crash and no attempt', async () => {
    const { lease } = await turned();
    await stores.expireLease(lease.runId);
    expect(await stores.claim(lease.runId)).toMatchObject({ status: 'compensating', attempt: 1, crashes: 1 });
    await expect(stores.runs.settle(lease, ACTOR, again)).rejects.toThrow(FencedError);
  });

  it('is given back by a worker that shuts down, its attempt not counted', async () => {
    const { lease } = await turned();
    await stores.runs.release([lease], ACTOR);
    expect(await stores.run(lease.runId)).toMatchObject({
      status: 'compensating',
      compensation_attempts: 0,
      queued_at: null,
      lease_until: null,
    });
    expect(await stores.claim(lease.runId)).toMatchObject({ attempt: 1, crashes: 0 });
  });

  it('waits for a circuit, its attempt not counted, and without a job', async () => {
    const { lease } = await turned();
    await stores.runs.settle(lease, ACTOR, {
      from: 'compensating',
      to: 'compensating',
      reason: 'circuit_open',
      waitingOn: 'http:bank:443',
    });
    expect(await stores.run(lease.runId)).toMatchObject({
      status: 'compensating',
      compensation_attempts: 0,
      waiting_on: 'http:bank:443',
      queued_at: null,
    });
    await stores.claim(lease.runId);
    expect(await stores.run(lease.runId)).toMatchObject({ waiting_on: null });
  });

  it.each([
    { from: 'compensating', to: 'compensated', reason: 'finished' },
    { from: 'compensating', to: 'compensation_failed', reason: 'failed', failure: away },
  ] as const)('ends as $to', async (settlement) => {
    const { lease } = await turned();
    await stores.runs.settle(lease, ACTOR, settlement);
    const { status, lease_until, finished_at } = await stores.run(lease.runId);
    expect({ status, lease_until }).toEqual({ status: settlement.to, lease_until: null });
    expect(finished_at).toBeInstanceOf(Date);
    expect(await stores.runs.claim(lease.runId, ACTOR)).toEqual({
      outcome: 'settled',
      status: settlement.to,
    });
  });

  it('does not turn back', async () => {
    const { lease } = await turned();
    await expect(stores.runs.settle(lease, ACTOR, COMPLETED)).rejects.toThrow(FencedError);
    await expect(stores.runs.settle(lease, ACTOR, dead())).rejects.toThrow(FencedError);
  });
});

describe('a redrive', () => {
  const redrive = (run: ClaimedRun) => stores.events.redriveDeadLetters([run.event.id]);

  async function deadLetter(code?: 'target_refused' | 'outcome_unknown'): Promise<ClaimedRun> {
    const run = await stores.claimNew();
    await stores.steps.finish(run.lease, entryOf('kept'), 'output');
    await stores.runs.settle(run.lease, ACTOR, dead(code));
    return run;
  }

  it('opens a dead letter with attempts anew, and what is done stays done', async () => {
    const { lease, event } = await deadLetter();
    await stores.events.redriveDeadLetters([event.id]);
    expect(await stores.run(lease.runId)).toMatchObject({
      status: 'pending',
      attempts: 0,
      crashes: 0,
      queued_at: null,
      finished_at: null,
      number: 1,
    });
    expect((await stores.trail(lease.runId)).at(-1)).toBe('dead_lettered → pending redelivered');
    const run = await stores.claim(lease.runId);
    expect(run).toMatchObject({ attempt: 1, lease: { epoch: 2 } });
    expect(run.ledger.get('kept')).toEqual({ status: 'done', output: 'output' });
  });

  it('by 20 at once is one', async () => {
    const run = await deadLetter();
    await Promise.all(Array.from({ length: 20 }, () => redrive(run)));
    const trail = await stores.trail(run.lease.runId);
    expect(trail.filter((change) => change.includes('redelivered'))).toHaveLength(1);
  });

  it.each([
    ['whose effect may have happened', () => deadLetter('outcome_unknown')],
    ['that is in hand', () => stores.claimNew()],
    [
      'that is completed',
      async () => {
        const run = await stores.claimNew();
        await stores.runs.settle(run.lease, ACTOR, COMPLETED);
        return run;
      },
    ],
  ])('leaves a run alone %s', async (_, make) => {
    const run = await make();
    const before = await everything(run.lease);
    await redrive(run);
    expect(await everything(run.lease)).toEqual(before);
  });
});

describe('the audit trail', () => {
  it('has every change of the lifecycle, and none that is not in it', async () => {
    const { rows } = await stores.pool.query<{ from: RunStatus; to: RunStatus }>(
      'SELECT DISTINCT "from", "to" FROM transitions',
    );
    const pairs = (list: readonly { from: string; to: string }[]) =>
      list.map(({ from, to }) => `${from} → ${to}`).sort();
    expect(rows.filter(({ from, to }) => !isLegalTransition(from, to))).toEqual([]);
    const table = Object.entries(LIFECYCLE).flatMap(([from, all]) => all.map((to) => ({ from, to })));
    // The redrive of what could not be undone has a file of its own.
    const here = table.filter(({ from }) => from !== 'compensation_failed');
    expect(pairs(rows)).toEqual(pairs(here));
  });

  it('leads from pending to where each run stands', async () => {
    const { rows } = await stores.pool.query<{ status: string; path: [string, string][] | null }>(`
      SELECT run.status, (SELECT array_agg(ARRAY ["from"::text, "to"::text] ORDER BY id)
                          FROM transitions WHERE run_id = run.id) AS path
      FROM runs run`);
    for (const { status, path } of rows) {
      let stands = 'pending';
      for (const [from, to] of path ?? []) {
        expect(from).toBe(stands);
        stands = to;
      }
      expect(stands).toBe(status);
    }
  });
});
