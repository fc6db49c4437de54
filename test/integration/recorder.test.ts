import { randomUUID } from 'node:crypto';
import { failure } from '../../src/model/index.js';
import { createPool } from '../../src/platform/database/index.js';
import { EventRecorder, type Recording, type VerifiedEvent } from '../../src/record/index.js';
import { EventStore } from '../../src/store/index.js';
import { eventually } from '../support/eventually.js';
import { SingleRecorder, type SingleRecording } from '../support/single-recorder.js';
import { openStores, silentLogger, type TestStores } from '../support/stores.js';

let stores: TestStores;
let eventRecorder: EventRecorder;
let recorder: SingleRecorder;

beforeAll(async () => {
  stores = await openStores();
  eventRecorder = new EventRecorder(stores.events, silentLogger);
  recorder = new SingleRecorder(eventRecorder);
});

afterAll(() => stores.close());

type Changes = Partial<VerifiedEvent['envelope']> & Partial<Omit<VerifiedEvent, 'envelope'>>;

function delivery({ body, headers, workflows, ...envelope }: Changes = {}): VerifiedEvent {
  return {
    provider: 'stripe',
    envelope: {
      account: '',
      deliveryKey: randomUUID(),
      type: 'charge.refunded',
      entity: null,
      occurredAt: null,
      ...envelope,
    },
    body: body ?? Buffer.from('{}'),
    headers: headers ?? {},
    secretLabel: '1',
    workflows: workflows ?? [{ name: 'log', version: 1 }],
  };
}

const again = (first: VerifiedEvent, body?: string): VerifiedEvent => ({
  ...first,
  ...(body !== undefined && { body: Buffer.from(body) }),
});

const count = async (from: string, values: unknown[] = []): Promise<number> => {
  const { rows } = await stores.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${from}`,
    values,
  );
  return rows[0]!.count;
};

/** The recording, which must be of this outcome. */
async function must<Outcome extends SingleRecording['outcome']>(
  outcome: Outcome,
  recording: SingleRecording | Promise<SingleRecording>,
): Promise<Extract<SingleRecording, { outcome: Outcome }>> {
  const recorded = await recording;
  if (recorded.outcome !== outcome) throw new Error(`must be ${outcome}, is ${JSON.stringify(recorded)}`);
  return recorded as Extract<SingleRecording, { outcome: Outcome }>;
}

const eventIdOf = (recording: SingleRecording): string | undefined =>
  'eventId' in recording ? recording.eventId : undefined;

/** Lets the event's runs fail for good. */
async function killRuns(eventId: string, code: 'target_refused' | 'outcome_unknown' = 'target_refused') {
  const { rows } = await stores.pool.query<{ id: string }>('SELECT id FROM runs WHERE event_id = $1', [
    eventId,
  ]);
  for (const { id } of rows) {
    const { lease } = await stores.claim(id);
    await stores.runs.settle(lease, 'worker:test', {
      from: 'running',
      to: 'dead_lettered',
      reason: 'failed',
      failure: failure(code, 'for good', 'send'),
    });
  }
  return rows.map(({ id }) => id);
}

describe('a delivery', () => {
  it('that is new is accepted with a run for each workflow', async () => {
    const workflows = [
      { name: 'one', version: 1 },
      { name: 'two', version: 5 },
    ];
    const { eventId, runs } = await must('accepted', recorder.record(delivery({ workflows })));
    const { rows } = await stores.pool.query('SELECT * FROM runs WHERE event_id = $1 ORDER BY workflow', [
      eventId,
    ]);
    expect(rows).toMatchObject([
      { id: runs[0]?.id, workflow: 'one', workflow_version: 1 },
      { id: runs[1]?.id, workflow: 'two', workflow_version: 5 },
    ]);
    expect(runs).toMatchObject([{ provider: 'stripe', dispatches: 0 }, { dispatches: 0 }]);
  });

  it('is committed by the time it is accepted', async () => {
    const elsewhere = createPool(stores.backends.env['DATABASE_URL'] ?? '', () => undefined);
    const { eventId } = await must('accepted', recorder.record(delivery()));
    const { rowCount } = await elsewhere.query(
      'SELECT FROM events JOIN payloads ON event_id = id WHERE id = $1',
      [eventId],
    );
    await elsewhere.end();
    expect(rowCount).toBe(1);
  });

  it('that comes again is a duplicate of the first', async () => {
    const first = delivery();
    const { eventId, runs } = await must('accepted', recorder.record(first));
    expect(await recorder.record(again(first))).toEqual({
      outcome: 'duplicate',
      eventId,
      eventStatus: 'received',
      conflict: false,
      unqueued: runs,
    });
  });

  it('that comes again opens what failed for good, though another run of it was undone', async () => {
    const workflows = [
      { name: 'one', version: 1 },
      { name: 'two', version: 1 },
    ];
    const first = delivery({ workflows });
    const { eventId } = await must('accepted', recorder.record(first));
    const [dead, undone] = await killRuns(eventId);
    await stores.pool.query(`UPDATE runs SET status = 'compensated' WHERE id = $1`, [undone]);
    expect(await recorder.record(again(first))).toMatchObject({
      outcome: 'duplicate',
      eventStatus: 'compensated',
    });
    expect(await stores.run(dead ?? '')).toMatchObject({ status: 'pending' });
    expect(await stores.run(undone ?? '')).toMatchObject({ status: 'compensated' });
  });

  it('that comes again while its run is queued or in hand calls for no job', async () => {
    const first = delivery();
    const { runs } = await must('accepted', recorder.record(first));
    await stores.dispatch.markQueued([{ runId: runs[0]!.id, number: 1, epoch: 0 }]);
    expect(await recorder.record(again(first))).toMatchObject({ eventStatus: 'received', unqueued: [] });
    const { lease } = await stores.claim(runs[0]!.id);
    expect(await recorder.record(again(first))).toMatchObject({ eventStatus: 'processing', unqueued: [] });
    await stores.runs.settle(lease, 'worker:test', { from: 'running', to: 'completed', reason: 'finished' });
    expect(await recorder.record(again(first))).toMatchObject({ eventStatus: 'completed', unqueued: [] });
  });

  it('that comes again with another body is a conflict, and the original is kept', async () => {
    const first = delivery({ body: Buffer.from('{"amount":1}') });
    const { eventId } = await must('accepted', recorder.record(first));
    expect(await recorder.record(again(first, '{"amount":2}'))).toMatchObject({
      outcome: 'duplicate',
      eventId,
      conflict: true,
    });
    expect(await recorder.record(again(first))).toMatchObject({ conflict: false });
    const { rows } = await stores.pool.query('SELECT body FROM payloads WHERE event_id = $1', [eventId]);
    expect(rows).toEqual([{ body: Buffer.from('{"amount":1}') }]);
  });
});

describe('many deliveries at once', () => {
  it('of one event are one accepted and the rest duplicates of it', async () => {
    const first = delivery();
    const recordings = await Promise.all(Array.from({ length: 500 }, () => recorder.record(again(first))));
    const ids = new Set(recordings.map(eventIdOf));
    expect(recordings.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
    expect(recordings.filter(({ outcome }) => outcome === 'duplicate')).toHaveLength(499);
    expect(ids.size).toBe(1);
    expect(await count('events WHERE delivery_key = $1', [first.envelope.deliveryKey])).toBe(1);
  });

  it('of different events each get the answer that is theirs', async () => {
    const deliveries = Array.from({ length: 1000 }, (_, index) =>
      delivery({ body: Buffer.from(`{"n":${index}}`) }),
    );
    const recordings = await Promise.all(deliveries.map((each) => recorder.record(each)));
    expect(new Set(recordings.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
    const { rows } = await stores.pool.query<{ id: string; delivery_key: string; body: Buffer }>(
      'SELECT id, delivery_key, body FROM events JOIN payloads ON event_id = id WHERE id = ANY ($1)',
      [recordings.map(eventIdOf)],
    );
    const found = new Map(rows.map((row) => [row.id, row]));
    for (const [index, recording] of recordings.entries()) {
      const row = found.get(eventIdOf(recording) ?? '');
      expect(row?.delivery_key).toBe(deliveries[index]?.envelope.deliveryKey);
      expect(row?.body).toEqual(deliveries[index]?.body);
    }
  });

  it('at two recorders, in opposite orders, are recorded once each and wait in no ring', async () => {
    const other = new SingleRecorder(new EventRecorder(stores.events, silentLogger));
    const deliveries = Array.from({ length: 500 }, () => delivery());
    const both = await Promise.all([
      ...deliveries.map((each) => recorder.record(each)),
      ...[...deliveries].reverse().map((each) => other.record(again(each))),
    ]);
    const outcomes = both.map(({ outcome }) => outcome).sort();
    expect(outcomes).toEqual([
      ...Array<string>(500).fill('accepted'),
      ...Array<string>(500).fill('duplicate'),
    ]);
    const ids = (list: readonly SingleRecording[]) => list.map(eventIdOf);
    expect(ids(both.slice(500)).reverse()).toEqual(ids(both.slice(0, 500)));
  });
});

describe('a delivery that the database does not take', () => {
  const POISON: [string, () => VerifiedEvent][] = [
    ['NUL in a header', () => delivery({ headers: { 'user-agent': 'a\u0000b' } })],
    ['NUL in its type', () => delivery({ type: 'charge\u0000refunded' })],
    ['NUL in its key', () => delivery({ deliveryKey: '\u0000' })],
    ['half a character in a header', () => delivery({ headers: { 'user-agent': '\ud83d' } })],
    ['a time before all times', () => delivery({ occurredAt: new Date(-8.64e15) })],
    [
      'a key too long for its index',
      () => delivery({ deliveryKey: Array.from({ length: 200 }, randomUUID).join('') }),
    ],
  ];

  it.each(POISON)('for %s is told so, and its neighbours are recorded', async (_, poison) => {
    const neighbours = Array.from({ length: 5 }, () => delivery());
    const known = delivery();
    await recorder.record(known);
    const batch = [...neighbours.slice(0, 3), poison(), again(known), ...neighbours.slice(3)];
    const recordings = await Promise.all(batch.map((each) => recorder.record(each)));
    expect(recordings.map(({ outcome }) => outcome)).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'unstorable',
      'duplicate',
      'accepted',
      'accepted',
    ]);
    const keys = neighbours.map(({ envelope }) => envelope.deliveryKey);
    expect(await count('events WHERE delivery_key = ANY ($1)', [keys])).toBe(5);
    expect(
      await count('runs JOIN events ON events.id = event_id WHERE delivery_key = ANY ($1)', [keys]),
    ).toBe(5);
  });

  it('by itself is told so', async () => {
    const { message } = await must('unstorable', recorder.record(delivery({ type: '\u0000' })));
    expect(message).not.toBe('');
  });
});

describe('a delivery of many events', () => {
  /** The recordings of a delivery that must be recorded. */
  async function recordAll(events: readonly VerifiedEvent[]): Promise<readonly Recording[]> {
    const recorded = await eventRecorder.record(events);
    if (recorded.outcome !== 'recorded') throw new Error(`must be recorded, is ${recorded.outcome}`);
    return recorded.recordings;
  }

  const some = (length: number): VerifiedEvent[] =>
    Array.from({ length }, (_, index) => delivery({ body: Buffer.from(`{"n":${index}}`) }));

  /** How many commits these events came in. */
  const commitsOf = (events: readonly VerifiedEvent[]): Promise<number> =>
    count('(SELECT DISTINCT xmin::text FROM events WHERE delivery_key = ANY ($1)) AS commits', [
      keysOf(events),
    ]);

  const keysOf = (events: readonly VerifiedEvent[]): string[] =>
    events.map(({ envelope }) => envelope.deliveryKey);

  const recordedOf = (events: readonly VerifiedEvent[]): Promise<number> =>
    count('events WHERE delivery_key = ANY ($1)', [keysOf(events)]);

  it('is recorded in one commit, in its order, however many they are', async () => {
    const events = some(1000);
    const recordings = await recordAll(events);
    expect(new Set(recordings.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
    expect(await commitsOf(events)).toBe(1);
    const { rows } = await stores.pool.query<{ id: string; delivery_key: string; body: Buffer }>(
      'SELECT id, delivery_key, body FROM events JOIN payloads ON event_id = id WHERE id = ANY ($1) ORDER BY id',
      [recordings.map(eventIdOf)],
    );
    expect(rows.map(({ id }) => id)).toEqual(recordings.map(eventIdOf));
    expect(rows.map(({ delivery_key }) => delivery_key)).toEqual(keysOf(events));
    expect(rows.map(({ body }) => body)).toEqual(events.map(({ body }) => body));
  });

  it('is told of each whether it was known', async () => {
    const [known, ...others] = some(3);
    const { eventId } = await must('accepted', recorder.record(known!));
    const recordings = await recordAll([others[0]!, known!, others[1]!]);
    expect(recordings).toMatchObject([
      { outcome: 'accepted' },
      { outcome: 'duplicate', eventId, eventStatus: 'received', conflict: false },
      { outcome: 'accepted' },
    ]);
  });

  it('with one key several times has one event of it, the first', async () => {
    const deliveryKey = randomUUID();
    const twice = ['{"n":1}', '{"n":2}', '{"n":1}'].map((body) =>
      delivery({ deliveryKey, body: Buffer.from(body) }),
    );
    const recordings = await recordAll([...some(2), ...twice]);
    const [first, second, third] = recordings.slice(2);
    const eventId = (await must('accepted', first!)).eventId;
    expect([second, third]).toMatchObject([
      { outcome: 'duplicate', eventId, conflict: true },
      { outcome: 'duplicate', eventId, conflict: false },
    ]);
    expect(await recordedOf(twice)).toBe(1);
  });

  it('of which the database does not take one is not recorded at all, and its neighbours are', async () => {
    const [before, bad, after] = [some(3), [...some(2), delivery({ type: 'a\u0000b' }), ...some(2)], some(3)];
    const outcomes = await Promise.all([before, bad, after].map((events) => eventRecorder.record(events)));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['recorded', 'unstorable', 'recorded']);
    expect(await Promise.all([before, bad, after].map(recordedOf))).toEqual([3, 0, 3]);
  });

  it('may use one replay key for all of them, and then no other delivery may', async () => {
    const signed = (claim: string) =>
      some(3).map((event) => ({
        ...event,
        replayKey: { key: 'the batch', claim, otherwise: 'refused' as const },
      }));
    const [genuine, forged] = [signed('one hash'), signed('another hash')];
    expect((await recordAll(genuine)).map(({ outcome }) => outcome)).toEqual(Array(3).fill('accepted'));
    expect((await recordAll(forged)).map(({ outcome }) => outcome)).toEqual(Array(3).fill('replayed'));
    expect(await recordedOf(forged)).toBe(0);
    expect((await recordAll(genuine)).map(({ outcome }) => outcome)).toEqual(Array(3).fill('duplicate'));
  });

  it('that the database was lost over is recorded once when it comes again', async () => {
    const events = some(300);
    const blocker = await stores.pool.connect();
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE runs IN EXCLUSIVE MODE');
    const lost = eventRecorder.record(events);
    const waiting = `pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await eventually(
      async () => ((await count(waiting)) === 1 ? true : undefined),
      10_000,
      () => 'nothing waits for the lock',
    );
    await stores.pool.query(`SELECT pg_terminate_backend(pid) FROM ${waiting}`);
    expect(await lost).toEqual({ outcome: 'unavailable' });
    await blocker.query('ROLLBACK');
    blocker.release();
    expect(await recordedOf(events)).toBe(0);

    expect((await recordAll(events)).map(({ outcome }) => outcome)).toEqual(Array(300).fill('accepted'));
    expect((await recordAll(events)).map(({ outcome }) => outcome)).toEqual(Array(300).fill('duplicate'));
    expect(await recordedOf(events)).toBe(300);
  });
});

describe('a recorder whose database is away', () => {
  /** Bytes; more than may wait. */
  const TOO_MUCH = 65 * 2 ** 20;

  let nowhere: ReturnType<typeof createPool>;
  let stranded: SingleRecorder;

  beforeAll(() => {
    nowhere = createPool('postgresql://postgres@127.0.0.1:1/none', () => undefined);
    stranded = new SingleRecorder(new EventRecorder(new EventStore(nowhere), silentLogger));
  });

  afterAll(() => nowhere.end());

  it('tells every caller', async () => {
    const recordings = await Promise.all([1, 2, 3].map(() => stranded.record(delivery())));
    expect(recordings).toEqual(Array(3).fill({ outcome: 'unavailable' }));
  });

  it('turns away what comes on top of too much, and takes more when that is gone', async () => {
    const large = stranded.record(delivery({ body: Buffer.alloc(TOO_MUCH) }));
    expect(await stranded.record(delivery())).toEqual({ outcome: 'overloaded' });
    expect(await large).toEqual({ outcome: 'unavailable' });
    expect(await stranded.record(delivery())).toEqual({ outcome: 'unavailable' });
  });
});

describe('the redelivery of a dead letter', () => {
  it('opens it again, and calls for a job', async () => {
    const first = delivery();
    const { eventId } = await must('accepted', recorder.record(first));
    const [runId] = await killRuns(eventId);
    expect(await recorder.record(again(first))).toMatchObject({
      outcome: 'duplicate',
      eventId,
      eventStatus: 'received',
      unqueued: [{ id: runId }],
    });
    expect((await stores.trail(runId!)).at(-1)).toBe('dead_lettered → pending redelivered');
  });

  it('opens it once, however many come at the same time', async () => {
    const first = delivery();
    const { eventId } = await must('accepted', recorder.record(first));
    const [runId] = await killRuns(eventId);
    const other = new SingleRecorder(new EventRecorder(stores.events, silentLogger));
    await Promise.all(
      Array.from({ length: 100 }, (_, index) => (index % 2 ? recorder : other).record(again(first))),
    );
    const trail = await stores.trail(runId!);
    expect(trail.filter((change) => change.includes('redelivered'))).toHaveLength(1);
  });

  it('leaves it to a person when its effect may have happened', async () => {
    const first = delivery();
    const { eventId } = await must('accepted', recorder.record(first));
    const [runId] = await killRuns(eventId, 'outcome_unknown');
    expect(await recorder.record(again(first))).toMatchObject({ eventStatus: 'dead_lettered', unqueued: [] });
    expect(await stores.run(runId!)).toMatchObject({ status: 'dead_lettered' });
  });

  it('opens only those of its runs that failed', async () => {
    const workflows = ['fails', 'works'].map((name) => ({ name, version: 1 }));
    const first = delivery({ workflows });
    const { eventId, runs } = await must('accepted', recorder.record(first));
    const works = await stores.claim(runs[1]!.id);
    await stores.runs.settle(works.lease, 'worker:test', {
      from: 'running',
      to: 'completed',
      reason: 'finished',
    });
    const fails = await stores.claim(runs[0]!.id);
    const settlement = {
      from: 'running',
      to: 'dead_lettered',
      reason: 'failed',
      failure: failure('target_refused', 'no'),
    } as const;
    await stores.runs.settle(fails.lease, 'worker:test', settlement);
    expect(await recorder.record(again(first))).toMatchObject({ eventId, unqueued: [{ id: runs[0]!.id }] });
    expect(await stores.run(runs[1]!.id)).toMatchObject({ status: 'completed' });
  });

  it('with another body opens nothing', async () => {
    const first = delivery();
    const { eventId } = await must('accepted', recorder.record(first));
    const [runId] = await killRuns(eventId);
    expect(await recorder.record(again(first, '{"forged":true}'))).toMatchObject({
      eventStatus: 'dead_lettered',
      conflict: true,
    });
    expect(await stores.run(runId!)).toMatchObject({ status: 'dead_lettered' });
  });
});
