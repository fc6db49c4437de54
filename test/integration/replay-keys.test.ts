import { createHash, randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { ReplayKey } from '../../src/model/index.js';
import { EventRecorder, type VerifiedEvent } from '../../src/record/index.js';
import { EventStore, type NewEvent } from '../../src/store/index.js';
import { eventually } from '../support/eventually.js';
import { chooseSeed, seededRandom } from '../support/random.js';
import { SingleRecorder, type SingleRecording } from '../support/single-recorder.js';
import { newEvent, openStores, silentLogger, type TestStores } from '../support/stores.js';

let stores: TestStores;
let recorder: SingleRecorder;
let other: SingleRecorder;

beforeAll(async () => {
  stores = await openStores();
  recorder = new SingleRecorder(new EventRecorder(stores.events, silentLogger));
  other = new SingleRecorder(new EventRecorder(stores.events, silentLogger));
});

afterAll(() => stores.close());

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A delivery under a transmission id that is good for one body. */
function transmitted(key: string, body: string, deliveryKey: string = randomUUID()): VerifiedEvent {
  return delivery(
    'paypal',
    { key, claim: sha256(body).toString('hex'), otherwise: 'refused' },
    body,
    deliveryKey,
  );
}

/** A delivery whose body may honestly come under another id, if rarely. */
function hashed(
  body: string,
  deliveryKey: string = randomUUID(),
  otherwise: ReplayKey['otherwise'] = 'suspected',
): VerifiedEvent {
  return delivery(
    'github',
    { key: sha256(body).toString('hex'), claim: deliveryKey, otherwise },
    body,
    deliveryKey,
  );
}

function delivery(provider: string, replayKey: ReplayKey, body: string, deliveryKey: string): VerifiedEvent {
  return {
    provider,
    envelope: { account: '', deliveryKey, type: 'any', entity: null, occurredAt: null },
    body: Buffer.from(body),
    headers: {},
    secretLabel: '1',
    workflows: [{ name: 'log', version: 1 }],
    replayKey,
  };
}

/** The same as the store takes it. */
function asNewEvent({ provider, envelope, body, replayKey }: VerifiedEvent): NewEvent {
  return { ...newEvent({ provider, ...envelope }, body.toString()), replayKey };
}

/** A body that nobody has sent before. */
const freshBody = (): string => JSON.stringify({ nonce: randomUUID() });

async function query<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
  return (await stores.pool.query<Row>(text, values)).rows;
}

/** How many events the delivery key stands for. */
async function eventsOf(...deliveries: VerifiedEvent[]): Promise<number> {
  const keys = deliveries.map(({ envelope }) => envelope.deliveryKey);
  return (await query('SELECT FROM events WHERE delivery_key = ANY ($1)', [keys])).length;
}

interface UseRow {
  claim: string;
  event_id: string;
  refusals: string;
}

/** What the key was used for. */
async function useOf({ provider, replayKey }: VerifiedEvent): Promise<UseRow | undefined> {
  const [row] = await query<UseRow>(
    'SELECT claim, event_id, refusals FROM replay_keys WHERE provider = $1 AND key = $2',
    [provider, sha256(replayKey?.key ?? '')],
  );
  return row;
}

interface AuditRow {
  actor: string;
  detail: Record<string, unknown>;
}

const auditOf = (eventId: string): Promise<AuditRow[]> =>
  query<AuditRow>(
    `SELECT actor, detail FROM audit WHERE action = 'replay_refused' AND subject = $1 ORDER BY id`,
    [eventId],
  );

async function accepted(recording: SingleRecording | Promise<SingleRecording>): Promise<string> {
  const recorded = await recording;
  if (recorded.outcome !== 'accepted') throw new Error(`must be accepted, is ${JSON.stringify(recorded)}`);
  expect(recorded.suspectedReplayOf).toBeNull();
  return recorded.eventId;
}

/** An open transaction that holds whatever its store has written. */
async function openTransaction() {
  const client = await stores.pool.connect();
  await client.query('BEGIN');
  const end = async (how: 'COMMIT' | 'ROLLBACK'): Promise<void> => {
    await client.query(how);
    client.release();
  };
  return { store: new EventStore(client as unknown as pg.Pool), end };
}

/** Resolves once a statement waits for a lock that another transaction holds. */
async function untilSomebodyWaits(): Promise<void> {
  await eventually(
    async () => {
      const waiting = await query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        [],
      );
      return waiting.length > 0 ? true : undefined;
    },
    10_000,
    () => 'nobody waits for a lock',
  );
}

describe('a key that is good for one claim', () => {
  it('lets the same delivery be a duplicate, as always', async () => {
    const first = transmitted(randomUUID(), freshBody());
    const eventId = await accepted(recorder.record(first));
    expect(await recorder.record(first)).toMatchObject({ outcome: 'duplicate', eventId, conflict: false });
    expect(await useOf(first)).toEqual({
      claim: first.replayKey?.claim,
      event_id: eventId,
      refusals: '0',
    });
    expect(await auditOf(eventId)).toEqual([]);
  });

  it.each(['in one batch', 'one after the other'])('refuses another body under it, %s', async (how) => {
    const key = randomUUID();
    const first = transmitted(key, freshBody());
    const forged = transmitted(key, freshBody());
    const before = how === 'in one batch' ? recorder.record(first) : await recorder.record(first);
    const refusal = recorder.record(forged);
    const eventId = await accepted(before);
    expect(await refusal).toEqual({ outcome: 'replayed', replayOf: eventId });
    expect(await eventsOf(forged)).toBe(0);
    expect(await useOf(first)).toMatchObject({ claim: first.replayKey?.claim, refusals: '1' });
  });

  it('refuses another body also under the delivery key that is known', async () => {
    const key = randomUUID();
    const first = transmitted(key, freshBody());
    const eventId = await accepted(recorder.record(first));
    const forged = transmitted(key, freshBody(), first.envelope.deliveryKey);
    expect(await recorder.record(forged)).toEqual({ outcome: 'replayed', replayOf: eventId });
  });

  it('does not bind other providers, or deliveries without one', async () => {
    const key = randomUUID();
    await accepted(recorder.record(transmitted(key, freshBody())));
    await accepted(recorder.record({ ...transmitted(key, freshBody()), provider: 'stripe' }));
    await accepted(recorder.record({ ...transmitted(key, freshBody()), replayKey: undefined }));
  });

  it('is used by a duplicate, too, so that nothing else can come under it', async () => {
    const body = freshBody();
    const first = transmitted(randomUUID(), body);
    const eventId = await accepted(recorder.record(first));
    const signedAnew = transmitted(randomUUID(), body, first.envelope.deliveryKey);
    expect(await recorder.record(signedAnew)).toMatchObject({ outcome: 'duplicate', eventId });
    expect(await useOf(signedAnew)).toMatchObject({ event_id: eventId });
    const forged = transmitted(signedAnew.replayKey?.key ?? '', freshBody());
    expect(await recorder.record(forged)).toEqual({ outcome: 'replayed', replayOf: eventId });
    expect(await eventsOf(forged)).toBe(0);
  });

  it('is used for the event of its delivery, though that came twice at once, under two keys', async () => {
    const [body, deliveryKey] = [freshBody(), randomUUID()];
    const twins = [1, 2].map(() => transmitted(randomUUID(), body, deliveryKey));
    const recordings = await Promise.all(twins.map((twin) => recorder.record(twin)));
    const [{ outcome: one }, { outcome: two }] = recordings as [SingleRecording, SingleRecording];
    expect([one, two].sort()).toEqual(['accepted', 'duplicate']);
    const [event] = await query<{ id: string }>('SELECT id FROM events WHERE delivery_key = $1', [
      deliveryKey,
    ]);
    for (const twin of twins) expect(await useOf(twin)).toMatchObject({ event_id: event?.id });
  });

  it('is not used by a delivery that is not recorded', async () => {
    const key = randomUUID();
    const poison = transmitted(key, freshBody(), '\0');
    expect(await recorder.record(poison)).toMatchObject({ outcome: 'unstorable' });
    await accepted(recorder.record(transmitted(key, freshBody())));
  });

  it('holds for the neighbours of a refused delivery nothing back', async () => {
    const key = randomUUID();
    await accepted(recorder.record(transmitted(key, freshBody())));
    const neighbours = [1, 2, 3].map(() => transmitted(randomUUID(), freshBody()));
    const recordings = await Promise.all(
      [...neighbours, transmitted(key, freshBody()), hashed(freshBody())].map((each) =>
        recorder.record(each),
      ),
    );
    expect(recordings.map(({ outcome }) => outcome)).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'replayed',
      'accepted',
    ]);
  });
});

describe('two statements in flight', () => {
  it('wait for each other: another body is refused once the first is committed', async () => {
    const key = randomUUID();
    const [first, forged] = [transmitted(key, freshBody()), transmitted(key, freshBody())];
    const { store, end } = await openTransaction();
    const event = asNewEvent(first);
    await store.record([event]);
    const refusal = recorder.record(forged);
    await untilSomebodyWaits();
    await end('COMMIT');
    expect(await refusal).toEqual({ outcome: 'replayed', replayOf: event.event.id });
    expect(await eventsOf(first, forged)).toBe(1);
  });

  it('wait for each other: another body is the first if the first is not committed', async () => {
    const key = randomUUID();
    const [first, next] = [transmitted(key, freshBody()), transmitted(key, freshBody())];
    const { store, end } = await openTransaction();
    await store.record([asNewEvent(first)]);
    const recording = recorder.record(next);
    await untilSomebodyWaits();
    await end('ROLLBACK');
    const eventId = await accepted(recording);
    expect(await useOf(next)).toMatchObject({ claim: next.replayKey?.claim, event_id: eventId });
    expect(await eventsOf(first)).toBe(0);
  });

  it('mark a suspected replay by what the other has just committed', async () => {
    const body = freshBody();
    const { store, end } = await openTransaction();
    const event = asNewEvent(hashed(body));
    await store.record([event]);
    const recording = recorder.record(hashed(body));
    await untilSomebodyWaits();
    await end('COMMIT');
    expect(await recording).toMatchObject({ outcome: 'accepted', suspectedReplayOf: event.event.id });
  });

  it('use a key for the event that the other has just committed', async () => {
    const body = freshBody();
    const first = transmitted(randomUUID(), body);
    const signedAnew = transmitted(randomUUID(), body, first.envelope.deliveryKey);
    const { store, end } = await openTransaction();
    const event = asNewEvent(first);
    await store.record([event]);
    const duplicate = recorder.record(signedAnew);
    await untilSomebodyWaits();
    await end('COMMIT');
    expect(await duplicate).toMatchObject({ outcome: 'duplicate', eventId: event.event.id });
    expect(await useOf(signedAnew)).toMatchObject({ event_id: event.event.id });
  });

  it('record one body of each key, whoever comes with however many', async () => {
    const seed = chooseSeed();
    console.info(`SEED=${seed}`);
    const random = seededRandom(seed);
    const keys = Array.from({ length: 100 }, () => randomUUID());
    // Three bodies for each key, each body twice, in any order, at two recorders.
    const deliveries = keys
      .flatMap((key) => [1, 2, 3].map(() => transmitted(key, freshBody())))
      .flatMap((each) => [each, each])
      .map((each) => ({ each, place: random(), at: random() < 0.5 ? recorder : other }))
      .sort((one, two) => one.place - two.place);
    const outcomes = await Promise.all(
      deliveries.map(async ({ each, at }) => ({ each, recording: await at.record(each) })),
    );
    for (const key of keys) {
      const ofKey = outcomes.filter(({ each }) => each.replayKey?.key === key);
      const told = ofKey.map(({ recording }) => recording.outcome).sort();
      expect(told).toEqual(['accepted', 'duplicate', ...Array<string>(4).fill('replayed')]);
      expect(await eventsOf(...ofKey.map(({ each }) => each))).toBe(1);
      expect(await useOf(ofKey[0]!.each)).toMatchObject({ refusals: '4' });
    }
  });

  it('wait in no ring, though keys and events stand in different orders', async () => {
    for (let round = 0; round < 10; round++) {
      const deliveries = Array.from({ length: 100 }, () => transmitted(randomUUID(), freshBody()));
      const batches = [deliveries, [...deliveries].reverse(), deliveries].map((order) =>
        order.map(asNewEvent),
      );
      const verdicts = await Promise.all(batches.map((batch) => stores.events.record(batch)));
      expect(verdicts.reduce((sum, { size }) => sum + size, 0)).toBe(100);
    }
  });
});

describe('a key that honest deliveries may share', () => {
  it('marks another delivery under it as a suspected replay of the first, for ever', async () => {
    const body = freshBody();
    const eventId = await accepted(recorder.record(hashed(body)));
    const again = hashed(body);
    const marked = await recorder.record(again);
    expect(marked).toMatchObject({ outcome: 'accepted', suspectedReplayOf: eventId });
    const [row] = await query('SELECT suspected_replay_of FROM events WHERE delivery_key = $1', [
      again.envelope.deliveryKey,
    ]);
    expect(row).toEqual({ suspected_replay_of: eventId });
    expect(await recorder.record(hashed(body))).toMatchObject({ suspectedReplayOf: eventId });
  });

  it('marks within one batch, too', async () => {
    const body = freshBody();
    const [first, second] = await Promise.all([recorder.record(hashed(body)), recorder.record(hashed(body))]);
    expect(second).toMatchObject({ outcome: 'accepted', suspectedReplayOf: await accepted(first) });
  });

  it('takes the redelivery of either for a duplicate', async () => {
    const body = freshBody();
    const [first, second] = [hashed(body), hashed(body)];
    const ids = [];
    for (const each of [first, second]) {
      const recording = await recorder.record(each);
      ids.push('eventId' in recording ? recording.eventId : undefined);
    }
    expect(await recorder.record(first)).toMatchObject({ outcome: 'duplicate', eventId: ids[0] });
    expect(await recorder.record(second)).toMatchObject({ outcome: 'duplicate', eventId: ids[1] });
  });

  it('refuses all but redeliveries once replays are rejected, also of what was marked before', async () => {
    const body = freshBody();
    const [first, second] = [hashed(body), hashed(body)];
    const eventId = await accepted(recorder.record(first));
    const marked = await recorder.record(second);
    const strictly = ({ envelope }: VerifiedEvent): VerifiedEvent =>
      hashed(body, envelope.deliveryKey, 'refused');
    const third = strictly(hashed(body));
    expect(await recorder.record(third)).toEqual({ outcome: 'replayed', replayOf: eventId });
    expect(await eventsOf(third)).toBe(0);
    expect(await recorder.record(strictly(first))).toMatchObject({ outcome: 'duplicate', eventId });
    expect(await recorder.record(strictly(second))).toMatchObject({
      outcome: 'duplicate',
      eventId: 'eventId' in marked ? marked.eventId : '',
    });
  });
});

describe('refusals', () => {
  it('are counted, and written into the audit once an hour for each key, without the payload', async () => {
    const key = randomUUID();
    const eventId = await accepted(recorder.record(transmitted(key, freshBody())));
    const forged = transmitted(key, freshBody());
    for (const at of [recorder, other]) {
      await Promise.all(Array.from({ length: 250 }, () => at.record(forged)));
    }
    expect(await useOf(forged)).toMatchObject({ refusals: '500' });
    expect(await auditOf(eventId)).toEqual([
      {
        actor: 'provider:paypal',
        detail: {
          replayKey: key,
          deliveryKey: forged.envelope.deliveryKey,
          bodySha256: forged.replayKey?.claim,
          secretLabel: '1',
          refusals: expect.any(Number) as number,
        },
      },
    ]);

    await stores.pool.query(
      `UPDATE replay_keys SET audited_at = audited_at - interval '1 hour' WHERE event_id = $1`,
      [eventId],
    );
    await recorder.record(forged);
    const [, later, ...more] = await auditOf(eventId);
    expect(later?.detail).toMatchObject({ refusals: 501 });
    expect(more).toEqual([]);
  });

  it('by several at once are all counted, and the first of them is audited', async () => {
    const key = randomUUID();
    const eventId = await accepted(recorder.record(transmitted(key, freshBody())));
    const forged = asNewEvent(transmitted(key, freshBody()));
    await Promise.all(Array.from({ length: 8 }, () => stores.events.countRefusals([forged, forged])));
    const [row] = await query('SELECT refusals FROM replay_keys WHERE event_id = $1', [eventId]);
    expect(row).toEqual({ refusals: '16' });
    expect(await auditOf(eventId)).toHaveLength(1);
  });
});

describe('what a key was used for', () => {
  it.each([
    [`UPDATE replay_keys SET claim = 'another' WHERE event_id = $1`],
    ['UPDATE replay_keys SET event_id = gen_random_uuid() WHERE event_id = $1'],
    ['DELETE FROM replay_keys WHERE event_id = $1'],
  ])('cannot be changed: %s', async (statement) => {
    const eventId = await accepted(recorder.record(transmitted(randomUUID(), freshBody())));
    await expect(stores.pool.query(statement, [eventId])).rejects.toThrow(/written once/);
  });

  it('cannot be forgotten as a whole', async () => {
    await expect(stores.pool.query('TRUNCATE replay_keys')).rejects.toThrow(/written once/);
  });
});

describe('in a database that is still empty when the statement is planned', () => {
  it('keys and events are looked up by their unique indexes', async () => {
    const young = await openStores();
    try {
      for (let batch = 0; batch < 10; batch++) {
        await young.events.record(
          Array.from({ length: 20 }, () => asNewEvent(transmitted(randomUUID(), freshBody()))),
        );
      }
      // A session tells of its scans some time later, of all at once.
      const scans = await eventually(
        async () => {
          const { rows } = await young.pool.query<{ name: string; scans: number }>(
            `SELECT indexrelname AS name, idx_scan::int AS scans FROM pg_stat_user_indexes
             WHERE relname IN ('events', 'replay_keys') AND idx_scan > 0 ORDER BY 1`,
          );
          const found = new Map(rows.map(({ name, scans }) => [name, scans]));
          return (found.get('replay_keys_pkey') ?? 0) >= 200 ? found : undefined;
        },
        20_000,
        () => 'the scans of 200 keys are not told of',
      );
      expect(scans.get('events_provider_account_delivery_key_key')).toBeGreaterThanOrEqual(200);
      expect(scans.get('events_provider_type_id_idx')).toBeUndefined();
    } finally {
      await young.close();
    }
  });
});
