import { DatabaseCare, type ClaimedRun } from '../../src/store/index.js';
import { newEvent, openStores, type TestStores } from '../support/stores.js';

const MONTH = '2025_03';
const IN_MONTH = new Date('2025-03-31T23:59:59Z');

let stores: TestStores;

beforeEach(async () => {
  stores = await openStores();
});

afterEach(() => stores.close());

const sql = async <Row>(text: string, ...values: unknown[]): Promise<Row[]> =>
  (await stores.pool.query(text, values)).rows as Row[];

/** A partition as the service made it when its month began. */
async function makePartition(month: string): Promise<void> {
  const first = `${month.replace('_', '-')}-01`;
  await sql(
    `CREATE TABLE payloads_${month} PARTITION OF payloads FOR VALUES FROM ('${first} 00:00:00+00') TO ('${new Date(
      Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 1),
    ).toISOString()}')`,
  );
  await sql('SELECT protect_payload_partition($1)', `payloads_${month}`);
}

async function complete(run: ClaimedRun): Promise<void> {
  await stores.runs.settle(run.lease, 'worker:test', {
    from: 'running',
    to: 'completed',
    reason: 'finished',
  });
}

const careFor = (months: number): DatabaseCare =>
  new DatabaseCare(stores.pool, { payloadRetentionMonths: months });

const partitions = async (): Promise<string[]> =>
  (
    await sql<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'payloads'::regclass`,
    )
  ).map(({ name }) => name);

const bodies = async ({ event }: ClaimedRun): Promise<number> =>
  (await sql('SELECT FROM payloads WHERE event_id = $1', event.id)).length;

describe('the retention of payloads', () => {
  it('drops whole months that are old enough, and writes them into the audit', async () => {
    await makePartition('2025_02');
    await makePartition(MONTH);
    const old = await stores.claimNew({ receivedAt: IN_MONTH });
    const current = await stores.claimNew();
    await complete(old);

    const retired = await careFor(1).retirePayloads();
    expect(retired).toEqual([
      { partition: 'payloads_2025_02', rows: 0, bytes: expect.any(Number) as number, retired: true },
      { partition: `payloads_${MONTH}`, rows: 1, bytes: expect.any(Number) as number, retired: true },
    ]);
    expect(await partitions()).not.toContain(`payloads_${MONTH}`);
    expect(await bodies(old)).toBe(0);
    expect(await bodies(current)).toBe(1);
    expect(await sql('SELECT FROM events WHERE id = $1', old.event.id)).toHaveLength(1);

    const entries = await sql(`SELECT actor, action, subject, detail FROM audit ORDER BY id`);
    expect(entries).toHaveLength(2);
    expect(entries[1]).toEqual({
      actor: 'service:retention',
      action: 'payloads_retired',
      subject: `payloads_${MONTH}`,
      detail: {
        rows: 1,
        bytes: retired[1]?.bytes,
        from: '2025-03-01T00:00:00+00:00',
        to: '2025-04-01T00:00:00+00:00',
      },
    });
    expect(await careFor(1).retirePayloads()).toEqual([]);
  });

  it('leaves what is to be kept', async () => {
    await makePartition(MONTH);
    expect(await careFor(0).retirePayloads()).toEqual([]);
    expect(await careFor(1200).retirePayloads()).toEqual([]);
    expect(await partitions()).toContain(`payloads_${MONTH}`);
  });

  it('leaves a month to the day it has ended as long ago as it is to be kept', async () => {
    await makePartition(MONTH);
    await sql(`SELECT retire_payloads('2025-03-31', 'test')`);
    expect(await partitions()).toContain(`payloads_${MONTH}`);
    await sql(`SELECT retire_payloads('2025-04-01', 'test')`);
    expect(await partitions()).not.toContain(`payloads_${MONTH}`);
  });

  it('waits for the runs of the month that are still open', async () => {
    await makePartition(MONTH);
    const { id } = await stores.recordRun({ receivedAt: IN_MONTH });
    const stays = [{ partition: `payloads_${MONTH}`, retired: false }];
    expect(await careFor(1).retirePayloads()).toMatchObject(stays);
    const run = await stores.claim(id);
    expect(await careFor(1).retirePayloads()).toMatchObject(stays);
    expect(await bodies(run)).toBe(1);
    await complete(run);
    expect(await careFor(1).retirePayloads()).toMatchObject([{ retired: true }]);
  });

  it('takes the redrive from a dead letter, which then says so', async () => {
    await makePartition(MONTH);
    const run = await stores.claimNew({ receivedAt: IN_MONTH });
    await stores.runs.settle(run.lease, 'worker:test', {
      from: 'running',
      to: 'dead_lettered',
      reason: 'failed',
      failure: { code: 'unexpected', message: 'bad', step: null, retryable: true },
    });
    await careFor(1).retirePayloads();
    expect(await stores.redrives.redriveRun(run.lease.runId, 'ops')).toMatchObject({
      verdict: 'payload_dropped',
    });
    expect(await stores.deadLetters.preview({})).toMatchObject({ runs: 0, payloadDropped: 1 });
    expect(await stores.run(run.lease.runId)).toMatchObject({ status: 'dead_lettered' });
  });

  it('is done once by many, while events are recorded', async () => {
    await makePartition(MONTH);
    const recorded = Array.from({ length: 40 }, () => newEvent());
    const [retired] = await Promise.all([
      Promise.all(Array.from({ length: 5 }, () => careFor(1).retirePayloads())),
      Promise.all(recorded.map((event) => stores.events.record([event]))),
    ]);
    expect(retired.flat().filter((each) => each.retired)).toHaveLength(1);
    expect(await sql('SELECT FROM audit')).toHaveLength(1);
    expect(await sql('SELECT FROM payloads')).toHaveLength(recorded.length);
  });
});

describe('outside of the retention', () => {
  it('no partition of payloads can be emptied, of this month, of the default or of months to come', async () => {
    await sql('SELECT ensure_payload_partitions(4)');
    const all = await partitions();
    expect(all.length).toBeGreaterThan(5);
    await stores.claimNew();
    for (const partition of all) {
      await expect(sql(`TRUNCATE ${partition}`)).rejects.toMatchObject({ code: '23000' });
    }
    expect(await sql('SELECT FROM payloads')).toHaveLength(1);
  });

  it('the audit is neither changed nor emptied', async () => {
    await sql(`INSERT INTO audit (actor, action, subject) VALUES ('ops', 'test', 'x')`);
    for (const statement of [`UPDATE audit SET actor = 'x'`, 'DELETE FROM audit', 'TRUNCATE audit']) {
      await expect(sql(statement)).rejects.toMatchObject({ code: '23000' });
    }
  });
});
