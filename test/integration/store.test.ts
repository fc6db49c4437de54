import { randomUUID } from 'node:crypto';
import { RUN_STATUSES, eventStatus, type RunStatus } from '../../src/model/index.js';
import type { NewEvent } from '../../src/store/index.js';
import { newEvent, openStores, type TestStores } from '../support/stores.js';

let stores: TestStores;

beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores.close());

const query = async <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
  (await stores.pool.query(text, values)).rows as Row[];

const count = async (from: string, values: unknown[] = []): Promise<number> =>
  (await query<{ count: number }>(`SELECT count(*)::int AS count FROM ${from}`, values))[0]!.count;

describe('event_status in SQL', () => {
  it('is eventStatus for every list of up to four runs', async () => {
    let lists: RunStatus[][] = [[]];
    const every: RunStatus[][] = [];
    for (let length = 1; length <= 4; length++) {
      lists = lists.flatMap((list) => RUN_STATUSES.map((status) => [...list, status]));
      every.push(...lists);
    }
    const rows = await query<{ status: string }>(
      `SELECT event_status(string_to_array(list, ',')::run_status[]) AS status
       FROM unnest($1::text[]) WITH ORDINALITY AS lists (list, number) ORDER BY number`,
      [every.map((list) => list.join())],
    );
    expect(every).toHaveLength(8 + 8 ** 2 + 8 ** 3 + 8 ** 4);
    expect(rows.map(({ status }) => status)).toEqual(every.map(eventStatus));
  });

  it('knows the statuses that the model knows', async () => {
    const rows = await query<{ status: string }>(
      'SELECT unnest(enum_range(NULL::run_status))::text AS status',
    );
    expect(rows.map(({ status }) => status)).toEqual(RUN_STATUSES);
  });
});

describe('what is written once', () => {
  const TABLES = ['events', 'payloads', 'transitions'];

  beforeAll(async () => {
    await stores.claimNew();
  });

  it.each(TABLES)('is neither updated nor deleted nor truncated in %s', async (table) => {
    const before = await query(`SELECT * FROM ${table}`);
    expect(before.length).toBeGreaterThan(0);
    const [column] = Object.keys(before[0] as object);
    for (const statement of [
      `UPDATE ${table} SET ${column} = ${column}`,
      `DELETE FROM ${table}`,
      `TRUNCATE ${table} CASCADE`,
    ]) {
      await expect(query(statement)).rejects.toMatchObject({ code: '23000' });
    }
    expect(await query(`SELECT * FROM ${table}`)).toEqual(before);
  });

  it('is not changed by way of a partition either', async () => {
    const [row] = await query<{ name: string }>(
      'SELECT tableoid::regclass::text AS name FROM payloads LIMIT 1',
    );
    const partition = row!.name;
    expect(partition).toMatch(/^payloads_/);
    await expect(query(`UPDATE ${partition} SET body = ''`)).rejects.toMatchObject({ code: '23000' });
    await expect(query(`DELETE FROM ${partition}`)).rejects.toMatchObject({ code: '23000' });
  });

  it('is not lost with the run or the event that it belongs to', async () => {
    const { lease, event } = await stores.claimNew();
    await expect(query('DELETE FROM runs WHERE id = $1', [lease.runId])).rejects.toMatchObject({
      code: '23001',
    });
    await expect(query('DELETE FROM events WHERE id = $1', [event.id])).rejects.toMatchObject({
      code: '23000',
    });
  });
});

describe('recording', () => {
  it('keeps everything that was given', async () => {
    const event = newEvent({
      provider: 'github',
      account: 'acct_1',
      type: 'push',
      entity: 'größe/😀@refs/heads/main',
      occurredAt: new Date('2026-03-01T12:00:00.123Z'),
      receivedAt: new Date('2026-11-24T12:00:00.987Z'),
    });
    const body = Buffer.from([0x00, 0xff, 0x5c, 0x22, 0x7b, 0x2c, 0x7d, 0x27]);
    const headers = { 'x-hub': 'a"b\\c,{d}', empty: '', 'user-agent': 'größe' };
    const workflows = ['one', 'two'].map((workflow) => ({ id: randomUUID(), workflow, workflowVersion: 7 }));
    const whole: NewEvent = { ...event, body, headers, secretLabel: '2', runs: workflows };

    expect(await stores.events.record([whole])).toEqual(
      new Map([[event.event.id, { outcome: 'recorded', suspectedReplayOf: null }]]),
    );
    const { id, provider, account, deliveryKey, type, entity, occurredAt, receivedAt } = event.event;
    expect(await query('SELECT * FROM events WHERE id = $1', [id])).toEqual([
      {
        id,
        provider,
        account,
        delivery_key: deliveryKey,
        type,
        entity,
        occurred_at: occurredAt,
        received_at: receivedAt,
        body_sha256: event.bodySha256,
        secret_label: '2',
        traceparent: event.traceparent,
        correlation_id: event.correlationId,
        suspected_replay_of: null,
      },
    ]);
    expect(await query('SELECT body, headers, received_at FROM payloads WHERE event_id = $1', [id])).toEqual([
      { body, headers, received_at: receivedAt },
    ]);
    expect(await query('SELECT * FROM runs WHERE event_id = $1 ORDER BY workflow', [id])).toMatchObject(
      workflows.map(({ id: run, workflow }) => ({
        id: run,
        provider,
        workflow,
        number: 1,
        workflow_version: 7,
        status: 'pending',
        attempts: 0,
        crashes: 0,
        epoch: 0,
        dispatches: 0,
        queued_at: null,
      })),
    );
  });

  it('of new, known and doubled deliveries in one batch records each event once', async () => {
    const known = newEvent();
    await stores.events.record([known]);
    const again = newEvent({ deliveryKey: known.event.deliveryKey });
    const [fresh, twice] = [newEvent(), newEvent()];
    const twin = newEvent({ deliveryKey: twice.event.deliveryKey });

    const recorded = await stores.events.record([again, twice, fresh, twin]);
    expect(recorded.has(again.event.id)).toBe(false);
    expect(recorded.has(fresh.event.id)).toBe(true);
    expect([twice, twin].filter(({ event }) => recorded.has(event.id))).toHaveLength(1);
    for (const { event } of [known, fresh, twice]) {
      const rows = await query<{ id: string }>('SELECT id FROM events WHERE delivery_key = $1', [
        event.deliveryKey,
      ]);
      expect(rows).toHaveLength(1);
      expect(await count('payloads WHERE event_id = $1', [rows[0]?.id])).toBe(1);
      expect(await count('runs WHERE event_id = $1', [rows[0]?.id])).toBe(1);
    }
    // Nothing of what was not recorded is left lying about.
    const ids = [again, twice, twin].map(({ event }) => event.id).filter((id) => !recorded.has(id));
    expect(await count('runs WHERE event_id = ANY ($1)', [ids])).toBe(0);
  });

  it('tells events apart by provider and account as well as by key', async () => {
    const deliveryKey = randomUUID();
    const batch = [
      newEvent({ deliveryKey }),
      newEvent({ deliveryKey, account: 'acct_1' }),
      newEvent({ deliveryKey, provider: 'github' }),
    ];
    expect((await stores.events.record(batch)).size).toBe(3);
  });

  it('by several at once, of the same events in opposite orders, records each once and waits in no ring', async () => {
    for (let round = 0; round < 10; round++) {
      const keys = Array.from({ length: 100 }, () => randomUUID());
      const batches = [keys, [...keys].reverse(), keys, [...keys].reverse()].map((order) =>
        order.map((deliveryKey) => newEvent({ deliveryKey })),
      );
      const recorded = await Promise.all(batches.map((batch) => stores.events.record(batch)));
      expect(recorded.reduce((sum, { size }) => sum + size, 0)).toBe(100);
      expect(await count('events WHERE delivery_key = ANY ($1)', [keys])).toBe(100);
    }
  });

  it('of nothing records nothing', async () => {
    expect(await stores.events.record([])).toEqual(new Map());
    expect(await stores.events.find([])).toEqual([]);
  });
});

describe('finding by identity', () => {
  it('gives the events in the order asked for, and undefined where there is none', async () => {
    const [one, other] = [newEvent(), newEvent()];
    await stores.events.record([one, other]);
    const unknown = { provider: 'stripe', account: '', deliveryKey: 'unknown' };
    const elsewhere = { ...one.event, account: 'acct_2' };
    const found = await stores.events.find([other.event, unknown, one.event, elsewhere, other.event]);
    expect(found.map((event) => event?.id)).toEqual([
      other.event.id,
      undefined,
      one.event.id,
      undefined,
      other.event.id,
    ]);
    expect(found[2]).toEqual({
      id: one.event.id,
      status: 'received',
      bodySha256: one.bodySha256,
      unqueued: [
        { id: one.runs[0]?.id, provider: 'stripe', dispatches: 0, epoch: 0, traceparent: one.traceparent },
      ],
    });
  });

  it('names only those pending runs that no job was made for', async () => {
    const event = {
      ...newEvent(),
      runs: ['a', 'b', 'c'].map((w) => ({ id: randomUUID(), workflow: w, workflowVersion: 1 })),
    };
    await stores.events.record([event]);
    const [a, b, c] = event.runs.map(({ id }) => id);
    await stores.dispatch.markQueued([{ runId: a!, number: 1, epoch: 0 }]);
    await stores.claim(b!);
    const [found] = await stores.events.find([event.event]);
    expect(found).toMatchObject({ status: 'processing', unqueued: [{ id: c, dispatches: 0 }] });
  });
});

describe('the partitions of payloads', () => {
  const ensure = (months: number) => query('SELECT ensure_payload_partitions($1)', [months]);
  const partitionOf = async (id: string) =>
    (
      await query<{ name: string }>(
        'SELECT tableoid::regclass::text AS name FROM payloads WHERE event_id = $1',
        [id],
      )
    )[0]?.name;

  const nameOf = (date: Date) => `payloads_${date.toISOString().slice(0, 7).replace('-', '_')}`;
  const monthsAhead = (months: number) =>
    new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() + months, 1));
  const partitions = async () =>
    (
      await query<{ name: string }>(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits
         WHERE inhparent = 'payloads'::regclass ORDER BY name`,
      )
    ).map(({ name }) => name);

  it('of a new database are those of this month and of two more', async () => {
    expect(await partitions()).toEqual([...[0, 1, 2].map(monthsAhead).map(nameOf), 'payloads_default']);
  });

  it('are made once, however many make them at the same time', async () => {
    await Promise.all(Array.from({ length: 10 }, () => ensure(12)));
    await ensure(12);
    const months = Array.from({ length: 13 }, (_, month) => nameOf(monthsAhead(month)));
    expect(await partitions()).toEqual([...months, 'payloads_default']);
  });

  it('take the rows of their month, in UTC', async () => {
    const first = monthsAhead(1);
    const last = new Date(first.getTime() - 1);
    const batch = [newEvent({ receivedAt: last }), newEvent({ receivedAt: first })];
    await stores.events.record(batch);
    expect(await partitionOf(batch[0]!.event.id)).toBe(nameOf(last));
    expect(await partitionOf(batch[1]!.event.id)).toBe(nameOf(first));
  });

  it.each(['2001-01-01T00:00:00Z', '2999-12-31T23:59:59Z'])(
    'leave what is of %s to the default',
    async (date) => {
      const event = newEvent({ receivedAt: new Date(date) });
      await stores.events.record([event]);
      expect(await partitionOf(event.event.id)).toBe('payloads_default');
      expect((await stores.claim(event.runs[0]!.id)).body).toEqual(event.body);
    },
  );

  it('are left out where the default has rows of that month already, and nothing is lost', async () => {
    const event = newEvent({ receivedAt: monthsAhead(14) });
    await stores.events.record([event]);
    await ensure(15);
    expect(await partitionOf(event.event.id)).toBe('payloads_default');
    expect(await partitions()).toContain(nameOf(monthsAhead(15)));
    expect(await partitions()).not.toContain(nameOf(monthsAhead(14)));
  });
});
