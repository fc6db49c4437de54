import { randomBytes } from 'node:crypto';
import type { SchemaDriftPage } from '../../src/ops/schema-drift.dto.js';
import { openBackends, type TestBackends } from '../support/backends.js';
import { sampleBody, send, stripeDelivery } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { problemOf } from '../support/problem.js';
import { Scrape } from '../support/scrape.js';
import { TestService } from '../support/service.js';

const TYPE = 'payment_intent.succeeded';
const PATH = '/api/v1/schema-drift';

let backends: TestBackends;
let service: TestService;

beforeAll(async () => {
  backends = await openBackends('postgres');
  service = await TestService.start({ env: { ...backends.env, APP_ROLE: 'api' } });
});

afterAll(async () => {
  expect(await service.stop()).toBe(0);
  await backends.close();
});

type Change = (payment: Record<string, unknown>) => void;

/** A payment whose object was changed, and is taken all the same. */
async function pay(change: Change = () => undefined): Promise<void> {
  const payload = sampleBody('stripe', TYPE) as { data: { object: Record<string, unknown> } };
  change(payload.data.object);
  expect((await send(service, stripeDelivery(service, payload))).status).toBe(202);
}

/** Payloads of the type that were looked at. */
async function observed(type: string): Promise<number> {
  const text = 'SELECT observed FROM event_shapes WHERE type = $1';
  return (await backends.pool.query<{ observed: number }>(text, [type])).rows[0]?.observed ?? 0;
}

async function drifts(query = ''): Promise<SchemaDriftPage['items']> {
  return ((await (await service.get(`${PATH}?${query}`)).json()) as SchemaDriftPage).items;
}

/** Pays again and again until what is listed is as it should be: a sample of payments is looked at. */
async function payUntil(
  change: Change,
  isThere: (found: SchemaDriftPage['items']) => boolean,
): Promise<void> {
  await eventually(
    async () => {
      await pay(change);
      return isThere(await drifts()) ? true : undefined;
    },
    40_000,
    () => 'the change is not found',
    200,
  );
}

const changed: Change = (payment) => {
  delete payment['currency'];
  payment['crypto_currency'] = { code: 'btc', of: { network: 'main' } };
};

it('finds what is new and what is gone, over restarts', async () => {
  await eventually(
    async () => {
      await pay();
      return (await observed(TYPE)) >= 20 ? true : undefined;
    },
    40_000,
    () => 'twenty payments were not looked at',
  );
  expect(await drifts()).toEqual([]);

  expect(await service.stop()).toBe(0);
  service = await TestService.start({ env: { ...backends.env, APP_ROLE: 'api' } });
  await payUntil(changed, (found) => found.length > 0);
  const about = { provider: 'stripe', type: TYPE, foundAt: expect.any(String) as string, returnedAt: null };
  const found = await drifts(`provider=stripe&type=${TYPE}`);
  expect(found).toHaveLength(2);
  expect(found).toEqual(
    expect.arrayContaining([
      { ...about, path: '/data/object/currency', change: 'gone', observed: expect.any(Number) as number },
      {
        ...about,
        path: '/data/object/crypto_currency',
        change: 'new',
        observed: expect.any(Number) as number,
      },
    ]),
  );
  expect(await drifts('change=gone')).toHaveLength(1);
  const scrape = await Scrape.of(service.url);
  for (const change of ['new', 'gone']) {
    const labels = { provider: 'stripe', type_class: 'payment_intent', change };
    expect(scrape.value('integration_schema_drift_total', labels)).toBe(1);
  }

  await payUntil(
    () => undefined,
    (again) => again.some(({ returnedAt }) => returnedAt !== null),
  );
  expect(await drifts()).toHaveLength(2);
});

it('takes payloads with thousands of keys that are all new, and remembers few of them', async () => {
  const type = 'hostile.keys';
  // Such names have no digits, so they look like those of fields.
  const name = () => randomBytes(16).toString('hex').replace(/\d/g, 'x');
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, () => [name(), 1]));
  const hostile = async (count: number) => {
    const payload = {
      ...sampleBody('stripe', TYPE),
      type,
      ...keys(count),
      nested: { a: { b: keys(count) } },
    };
    expect((await send(service, stripeDelivery(service, payload))).status).toBe(202);
  };
  await hostile(10_000 / 2);
  await eventually(
    async () => {
      await hostile(100);
      return (await observed(type)) >= 25 ? true : undefined;
    },
    40_000,
    () => 'the hostile payloads were not looked at',
  );
  const { rows } = await backends.pool.query<{ bytes: number }>(
    'SELECT length(fields::text) AS bytes FROM event_shapes WHERE type = $1',
    [type],
  );
  expect(rows[0]?.bytes).toBeLessThan(100_000);
  expect(await drifts('type=hostile.keys')).toEqual([]);
});

it.each(['limit=0', 'limit=201', 'change=other', 'cursor=x', 'cursor=-1', 'colour=red'])(
  'does not list by %s',
  async (query) => {
    await problemOf(await service.get(`${PATH}?${query}`), 400);
  },
);

it('is for those who have the token', async () => {
  await problemOf(await fetch(`${service.url}${PATH}`), 401);
});
