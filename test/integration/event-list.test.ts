import { randomUUID } from 'node:crypto';
import { EVENT_STATUSES, RUN_STATUSES, eventStatus, type RunStatus } from '../../src/model/index.js';
import { inTransaction } from '../../src/platform/database/index.js';
import { listEvents } from '../../src/store/event-reading.sql.js';
import { EventReader, statusOf, type EventFilter } from '../../src/store/index.js';
import { chooseSeed, seededRandom } from '../support/random.js';
import { newEvent, openStores, type TestStores } from '../support/stores.js';

const EVENTS = 300;

interface Stored {
  readonly id: string;
  readonly provider: string;
  /** Of the runs that no redrive has put another in the place of. */
  readonly statuses: readonly RunStatus[];
}

describe('the list of events', () => {
  const seed = chooseSeed();
  const random = seededRandom(seed);
  let stores: TestStores;
  let reader: EventReader;
  /** The newest first. */
  let stored: readonly Stored[];

  beforeAll(async () => {
    process.stdout.write(`SEED=${seed}\n`);
    stores = await openStores();
    reader = new EventReader(stores.pool);
    const events: Stored[] = [];
    for (let count = 0; count < EVENTS; count++) events.unshift(await storeEvent(count));
    stored = events;
  });

  afterAll(async () => stores.close());

  const pick = <One>(from: readonly One[]): One => from[Math.floor(random() * from.length)] as One;

  /** An event with up to three runs, of which most are completed and some superseded. */
  async function storeEvent(count: number): Promise<Stored> {
    const provider = pick(['stripe', 'github']);
    const recorded = newEvent({ provider, deliveryKey: `evt_${count}` });
    await stores.events.record([{ ...recorded, runs: [] }]);
    const statuses: RunStatus[] = [];
    const number = 1 + Math.floor(random() * 3);
    for (let run = 1; run <= number; run++) {
      const status = random() < 0.5 ? 'completed' : pick(RUN_STATUSES);
      const isSuperseded = random() < 0.1;
      if (!isSuperseded) statuses.push(status);
      await stores.pool.query(
        `INSERT INTO runs (id, event_id, provider, workflow, workflow_version, number, status, lease_until, superseded_by, created_at)
         VALUES ($1, $2, $3, 'log', 1, $4, $5, $6, $7, now())`,
        [
          randomUUID(),
          recorded.event.id,
          provider,
          run,
          status,
          status === 'running' ? new Date() : null,
          isSuperseded ? randomUUID() : null,
        ],
      );
    }
    return { id: recorded.event.id, provider, statuses };
  }

  async function idsOf(filter: EventFilter, before?: string): Promise<string[]> {
    return (await reader.list(filter, EVENTS, before)).map(({ id }) => id);
  }

  it.each(EVENT_STATUSES)(
    'has those that are %s by the rule of their runs, whatever else is asked for',
    async (status) => {
      const right = stored.filter(({ statuses }) => eventStatus(statuses) === status);
      expect(right.length).toBeGreaterThan(0);
      expect(await idsOf({ status })).toEqual(right.map(({ id }) => id));
      expect((await reader.list({ status }, EVENTS)).map(statusOf)).toEqual(right.map(() => status));
      const before = pick(stored).id;
      const half = right.filter(({ id, provider }) => id < before && provider === 'github');
      expect(await idsOf({ status, provider: 'github' }, before)).toEqual(half.map(({ id }) => id));
    },
  );

  it('goes on where a page ends', async () => {
    const pages: string[] = [];
    for (;;) {
      const page = await reader.list({ status: 'completed' }, 7, pages.at(-1));
      if (page.length === 0) break;
      pages.push(...page.map(({ id }) => id));
    }
    expect(pages).toEqual(await idsOf({ status: 'completed' }));
  });

  it.each(EVENT_STATUSES)(
    'finds those that are %s by an index, however many others there are',
    async (status) => {
      const { text, values } = listEvents({ status }, 51);
      await inTransaction(stores.pool, async (client) => {
        // With so few rows, an index is taken only where all of them may not be read.
        await client.query('SET LOCAL enable_seqscan = off');
        const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, [...values]);
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
        expect(plan).toContain('Index');
        expect(plan).not.toContain('Seq Scan');
      });
    },
  );

  it('looks at none of which nothing is done, to find those that are processing', async () => {
    const { text, values } = listEvents({ status: 'processing' }, EVENTS);
    const worthALook = stored.filter(
      ({ statuses }) =>
        statuses.includes('running') || (statuses.includes('pending') && statuses.includes('completed')),
    );
    await inTransaction(stores.pool, async (client) => {
      await client.query('SET LOCAL enable_seqscan = off');
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN (ANALYZE) ${text}`, [...values]);
      const look = rows.find((row) => row['QUERY PLAN'].includes('using events_pkey'))?.['QUERY PLAN'];
      expect(Number(/ loops=(\d+)/.exec(look ?? '')?.[1])).toBe(worthALook.length);
    });
  });

  it('judges by the runs alone whether an event is completed', () => {
    expect(listEvents({ status: 'completed' }, 51).text).not.toContain('event_status');
  });
});
