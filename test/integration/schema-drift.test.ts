import type { PayloadShape } from '../../src/model/index.js';
import { SchemaDriftStore } from '../../src/store/index.js';
import { openStores, type TestStores } from '../support/stores.js';

let stores: TestStores;
/** Of two processes. */
let drifts: [SchemaDriftStore, SchemaDriftStore];

beforeAll(async () => {
  stores = await openStores();
  drifts = [new SchemaDriftStore(stores.pool), new SchemaDriftStore(stores.pool)];
});

afterAll(() => stores.close());

const shape = (...fields: string[]): PayloadShape => ({ fields, open: [''] });
const both = Array<PayloadShape>(10).fill(shape('/a', '/b'));

async function observed(type: string): Promise<number | undefined> {
  const text = 'SELECT observed FROM event_shapes WHERE type = $1';
  return (await stores.pool.query<{ observed: number }>(text, [type])).rows[0]?.observed;
}

describe('what payloads of a type are like', () => {
  it('is learnt by all processes together, and what is gone is found once', async () => {
    const [one, other] = drifts;
    await Promise.all([one.learn('stripe', 'shared', both), other.learn('stripe', 'shared', both)]);
    expect(await observed('shared')).toBe(20);
    const lacking = [shape('/a')];
    const found = await Promise.all(drifts.map((store) => store.learn('stripe', 'shared', lacking)));
    expect(found.flat()).toEqual([{ path: '/b', change: 'gone' }]);
    expect(await one.list({ type: 'shared' }, 10)).toMatchObject([
      { provider: 'stripe', type: 'shared', path: '/b', change: 'gone', returnedAt: null },
    ]);
    await other.learn('stripe', 'shared', both);
    expect(await one.list({ type: 'shared' }, 10)).toMatchObject([{ returnedAt: expect.any(Date) as Date }]);
  });

  it('is learnt for each provider and type by itself', async () => {
    const [one] = drifts;
    await one.learn('stripe', 'alone', both);
    await one.learn('github', 'alone', both);
    expect(await one.learn('stripe', 'alone', [shape('/a', '/b', '/c')])).toEqual([]);
  });

  it('is listed in pages, the newest first', async () => {
    const [one] = drifts;
    await one.learn('stripe', 'paged', [...both, ...both, shape('/a', '/b', '/c', '/d', '/e')]);
    const all = await one.list({ type: 'paged', change: 'new' }, 10);
    expect(all.map(({ path }) => path)).toEqual(['/e', '/d', '/c']);
    const rest = await one.list({ type: 'paged' }, 2, all[0]?.id);
    expect(rest.map(({ path }) => path)).toEqual(['/d', '/c']);
    expect(await one.list({ type: 'paged', provider: 'github' }, 10)).toEqual([]);
  });

  it('is learnt about a thousand types at most', async () => {
    await stores.pool.query(
      `INSERT INTO event_shapes (provider, type) SELECT 'flood', 'type ' || n FROM generate_series(1, 1000) n`,
    );
    expect(await drifts[0].learn('stripe', 'one too many', both)).toEqual([]);
    expect(await observed('one too many')).toBeUndefined();
    await drifts[0].learn('stripe', 'shared', both);
    expect(await observed('shared')).toBe(42);
  });
});
