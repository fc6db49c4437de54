import { createPool } from '../../src/platform/database/index.js';
import { readConfig } from '../../src/platform/config/index.js';
import { providers } from '../../src/providers/index.js';
import { registerProviders } from '../../src/ingest/index.js';
import { Quarantine, type Rejection } from '../../src/ingest/quarantine.js';
import { RejectedRequestStore, type NewRejectedRequest } from '../../src/store/index.js';
import { eventually } from '../support/eventually.js';
import { inParallel } from '../support/in-parallel.js';
import { rejection } from '../support/rejections.js';
import { openStores, silentLogger, type TestStores } from '../support/stores.js';

const MEBIBYTE = 2 ** 20;
const DAY = 86_400_000;

let stores: TestStores;

beforeEach(async () => {
  stores = await openStores();
});

afterEach(() => stores.close());

/** As many requests, megabytes and days as a test means. */
function storeFor(bounds: Partial<Record<'requests' | 'megabytes' | 'days', number>> = {}) {
  const { requests = 1_000, megabytes = 64, days = 7 } = bounds;
  return new RejectedRequestStore(stores.pool, {
    quarantineRequests: requests,
    quarantineMegabytes: megabytes,
    quarantineDays: days,
  });
}

const held = async (): Promise<
  { id: string; source: string; provider: string; reason: string; times: number }[]
> => storeFor().list({ state: 'held' }, 100_000);

describe('a held request', () => {
  it('has its exact bytes, and every value of its headers', async () => {
    const body = Buffer.from([0, 0xff, 0x7b, 0xef, 0xbb, 0xbf, 0xc3]);
    const headers = { 'stripe-signature': ['t=1', 't=2, \u00e9"\\'] };
    const faults = [{ path: '/id', message: 'is missing' }];
    const given = rejection({ body, headers, faults, reason: 'invalid' });
    expect(await storeFor().hold([given])).toBe(0);
    const found = await storeFor().find(given.id);
    expect(found).toEqual({
      ...given,
      bodySha256: given.bodySha256.toString('hex'),
      bodyBytes: 7,
      state: 'held',
      eventIds: [],
      settledAt: null,
      settledBy: null,
    });
    expect(found?.body?.equals(body)).toBe(true);
  });

  it('is counted where the same body comes again from the same source, and keeps its first signature', async () => {
    const body = Buffer.from('{"id":"evt_1"}');
    const first = rejection({ body, headers: { 'stripe-signature': ['first'] } });
    await storeFor().hold([first]);
    await inParallel(Array.from({ length: 20 }), 10, async () => {
      const again = rejection({ body, times: 2, headers: { 'stripe-signature': ['again'] } });
      await storeFor().hold([again]);
    });
    expect(await held()).toMatchObject([{ id: first.id, times: 41 }]);
    expect((await storeFor().find(first.id))?.headers).toEqual({ 'stripe-signature': ['first'] });

    // A stranger who knows the body does not take its place, nor another provider's.
    await storeFor().hold([
      rejection({ body, source: '203.0.113.9' }),
      rejection({ body, provider: 'github' }),
    ]);
    expect(await held()).toHaveLength(3);
  });

  it('is released once, whoever does it, and audited', async () => {
    const { id } = rejection();
    const eventIds = ['01890000-0000-7000-8000-000000000001'];
    await storeFor().hold([rejection({ id })]);
    await Promise.all(
      ['ops', 'somebody'].map((actor) => storeFor().markReleased(id, eventIds, actor, 'secret mended')),
    );
    expect(await storeFor().discard(id, 'ops', null)).toBe(false);
    expect(await storeFor().find(id)).toMatchObject({ state: 'released', eventIds, body: null });
    const { rows } = await stores.pool.query('SELECT action, subject, detail FROM audit');
    expect(rows).toMatchObject([
      {
        action: 'request_released',
        subject: id,
        detail: { provider: 'stripe', eventIds, reason: 'secret mended' },
      },
    ]);
  });

  it('is discarded once; a release that was under way prevails, for its event is there', async () => {
    const { id } = rejection();
    await storeFor().hold([rejection({ id })]);
    const discarded = await Promise.all([1, 2, 3].map(() => storeFor().discard(id, 'ops', null)));
    expect(discarded.filter(Boolean)).toHaveLength(1);
    expect(await storeFor().find(id)).toMatchObject({ state: 'discarded', body: null, settledBy: 'ops' });
    await storeFor().markReleased(id, [id], 'ops', null);
    expect(await storeFor().find(id)).toMatchObject({ state: 'released', eventIds: [id] });
    const { rows } = await stores.pool.query<{ action: string }>('SELECT action FROM audit ORDER BY id');
    expect(rows.map(({ action }) => action)).toEqual(['request_discarded', 'request_released']);
  });

  it('can come again after it was settled', async () => {
    const body = Buffer.from('{"id":"evt_1"}');
    const first = rejection({ body });
    await storeFor().hold([first]);
    await storeFor().discard(first.id, 'ops', null);
    const second = rejection({ body });
    await storeFor().hold([second]);
    expect(await held()).toMatchObject([{ id: second.id, times: 1 }]);
  });

  it('is listed by what it is, and read on where a page ended', async () => {
    const given = Array.from({ length: 7 }, (_, index) =>
      rejection({
        provider: index % 2 === 0 ? 'stripe' : 'github',
        receivedAt: new Date(index * 1_000 + DAY),
      }),
    );
    const store = storeFor({ days: 365_000 });
    await store.hold(given);
    const ids = given.map(({ id }) => id);
    expect((await store.list({}, 100)).map(({ id }) => id)).toEqual([...ids].reverse());
    expect((await store.list({}, 3, ids[4])).map(({ id }) => id)).toEqual([ids[3], ids[2], ids[1]]);
    expect(await store.listHeld({}, 3, ids[1])).toEqual([ids[2], ids[3], ids[4]]);
    expect(await store.listHeld({ provider: 'github' }, 100)).toEqual([ids[1], ids[3], ids[5]]);
    const times = { receivedFrom: new Date(DAY + 2_000), receivedBefore: new Date(DAY + 4_000) };
    expect(await store.listHeld(times, 100)).toEqual([ids[2], ids[3]]);
    await store.refuseAgain(ids[2]!, 'timestamp_stale', []);
    expect(await store.listHeld({ reason: 'timestamp_stale' }, 100)).toEqual([ids[2]]);
    expect(await store.list({ state: 'released' }, 100)).toEqual([]);
  });
});

describe('the bounds of the quarantine', () => {
  it('are a number: the oldest goes', async () => {
    const given = Array.from({ length: 15 }, () => rejection());
    for (const request of given) await storeFor({ requests: 10 }).hold([request]);
    expect((await held()).map(({ id }) => id)).toEqual(
      given
        .slice(5)
        .reverse()
        .map(({ id }) => id),
    );
  });

  it('are bytes: the oldest goes', async () => {
    const given = Array.from({ length: 5 }, (_, index) =>
      rejection({ body: Buffer.alloc(MEBIBYTE / 2, index) }),
    );
    for (const request of given) await storeFor({ megabytes: 2 }).hold([request]);
    expect((await held()).map(({ id }) => id)).toEqual(
      given
        .slice(1)
        .reverse()
        .map(({ id }) => id),
    );
  });

  it('are days, also for what is settled', async () => {
    const old = { receivedAt: new Date(Date.now() - 3 * DAY) };
    const [settled, waiting, young] = [rejection(old), rejection(old), rejection()];
    await storeFor().hold([settled, waiting, young]);
    await storeFor().discard(settled.id, 'ops', null);
    expect(await storeFor({ days: 4 }).trim()).toBe(0);
    expect(await storeFor().list({}, 10)).toHaveLength(3);
    expect(await storeFor({ days: 2 }).trim()).toBe(0);
    expect((await storeFor().list({}, 10)).map(({ id }) => id)).toEqual([young.id]);
  });

  it('hold at every moment, whoever writes', async () => {
    const watching = { most: 0, over: false };
    const watch = async (): Promise<void> => {
      while (!watching.over) {
        const { rows } = await stores.pool.query<{ held: number }>(
          'SELECT count(*)::int AS held FROM rejected_requests',
        );
        watching.most = Math.max(watching.most, rows[0]?.held ?? 0);
      }
    };
    const watched = watch();
    await inParallel(Array.from({ length: 60 }), 8, () =>
      storeFor({ requests: 30 }).hold(Array.from({ length: 10 }, () => rejection())),
    );
    watching.over = true;
    await watched;
    expect(watching.most).toBeGreaterThan(0);
    expect(watching.most).toBeLessThanOrEqual(30);
    expect(await held()).toHaveLength(30);
  });

  it('let no flood push out what others sent: the one who holds most gives way', async () => {
    const store = storeFor({ requests: 40 });
    const useful = [
      ...Array.from({ length: 5 }, () => rejection({ source: '198.51.100.1' })),
      ...Array.from({ length: 5 }, () => rejection({ provider: 'github', source: '198.51.100.2' })),
      ...Array.from({ length: 5 }, () => rejection({ reason: 'invalid' })),
    ];
    await store.hold(useful);
    let pushedOut = 0;
    for (let wave = 0; wave < 20; wave++) {
      pushedOut += await store.hold(Array.from({ length: 50 }, () => rejection({ source: '203.0.113.9' })));
    }
    expect(pushedOut).toBe(20 * 50 + useful.length - 40);
    const left = new Set((await held()).map(({ id }) => id));
    expect(left.size).toBe(40);
    expect(useful.every(({ id }) => left.has(id))).toBe(true);
  });

  it('let no stranger push out what was really signed, from however many addresses', async () => {
    const signed = Array.from({ length: 5 }, () => rejection({ reason: 'invalid' }));
    const store = storeFor({ requests: 10 });
    await store.hold(signed);
    await store.hold(Array.from({ length: 200 }, (_, host) => rejection({ source: `203.0.113.${host}` })));
    const left = new Set((await held()).map(({ id }) => id));
    expect(left.size).toBe(10);
    expect(signed.every(({ id }) => left.has(id))).toBe(true);
  });
});

const BOUNDS = { quarantineRequests: 1_000, quarantineMegabytes: 64, quarantineDays: 7 };

/** Remembers how many requests each write had. */
class CountedStore extends RejectedRequestStore {
  readonly writes: number[] = [];

  override async hold(batch: readonly NewRejectedRequest[]): Promise<number> {
    this.writes.push(batch.length);
    return super.hold(batch);
  }
}

describe('the quarantine', () => {
  const registry = registerProviders(providers, readConfig({}, providers), {
    now: Date.now,
    fetch: () => Promise.reject(new Error('nothing may be fetched')),
    trustedRoots: [],
  });
  const quarantineOf = (store = storeFor(), bounds = {}): Quarantine =>
    new Quarantine(
      store,
      registry,
      { quarantineRequests: 1_000, quarantineMegabytes: 64, ...bounds },
      silentLogger,
    );

  let count = 0;
  const refused = (more: Partial<Rejection> & { body?: Buffer } = {}): Rejection => ({
    provider: 'stripe',
    source: '203.0.113.9',
    reason: 'signature_mismatch',
    delivery: {
      headers: {},
      body: more.body ?? Buffer.from(`{"number":${count++}}`),
      receivedAt: Date.now(),
      url: 'http://localhost/webhooks/stripe',
    },
    ...more,
  });
  const isHeld = (requests: number) =>
    eventually(
      async () => ((await held()).length >= requests ? true : undefined),
      10_000,
      () => `${requests} requests are not held`,
    );

  it('keeps headers that some provider signs with or keeps, and no other', async () => {
    const quarantine = quarantineOf();
    const delivery = {
      ...refused().delivery,
      headers: {
        'stripe-signature': ['t=1', 't=2'],
        'x-hub-signature-256': ['sha256=00'],
        'user-agent': ['Stripe/1.0'],
        authorization: ['Bearer secret'],
        cookie: ['a=b'],
        'x-github-encoded-secret': ['c2VjcmV0'],
        'x-gitlab-token': ['secret'],
        'x-forwarded-for': ['203.0.113.9'],
      },
    };
    quarantine.hold(refused({ delivery }));
    await isHeld(1);
    const [request] = await held();
    expect((await storeFor().find(request?.id ?? ''))?.headers).toEqual({
      'stripe-signature': ['t=1', 't=2'],
      'x-hub-signature-256': ['sha256=00'],
      'user-agent': ['Stripe/1.0'],
    });
    await quarantine.onApplicationShutdown();
  });

  it('writes a flood in one piece a second, with what others sent in it, and the same body once', async () => {
    const store = new CountedStore(stores.pool, BOUNDS);
    const quarantine = quarantineOf(store);
    for (let turn = 0; turn < 5_000; turn++) quarantine.hold(refused());
    for (let turn = 0; turn < 3; turn++) {
      quarantine.hold(refused({ source: '198.51.100.1', body: Buffer.from('{"id":"evt_1"}') }));
    }
    await isHeld(1);
    for (let turn = 0; turn < 5_000; turn++) quarantine.hold(refused());
    await quarantine.onApplicationShutdown();
    expect(store.writes).toEqual([98, 100]);
    expect((await held()).filter(({ source }) => source === '198.51.100.1')).toMatchObject([{ times: 3 }]);
  });

  it('holds no body that would take the place of many', async () => {
    const quarantine = quarantineOf(storeFor({ megabytes: 8 }), { quarantineMegabytes: 8 });
    quarantine.hold(refused({ body: Buffer.alloc(MEBIBYTE + 1) }));
    quarantine.hold(refused({ body: Buffer.alloc(MEBIBYTE) }));
    await quarantine.onApplicationShutdown();
    expect(await held()).toMatchObject([{ bodyBytes: MEBIBYTE }]);
  });

  it('holds nothing where nothing is to be held', async () => {
    const quarantine = quarantineOf(storeFor({ requests: 0 }), { quarantineRequests: 0 });
    quarantine.hold(refused());
    await quarantine.onApplicationShutdown();
    expect(await held()).toEqual([]);
  });

  it('gives up what it cannot write while the database is away, and hurts nobody', async () => {
    const away = createPool('postgresql://127.0.0.1:9/nothing', () => undefined);
    const bounds = { quarantineRequests: 10, quarantineMegabytes: 1, quarantineDays: 1 };
    const quarantine = quarantineOf(new RejectedRequestStore(away, bounds));
    quarantine.hold(refused());
    await quarantine.onApplicationShutdown();
    await away.end();
    expect(await held()).toEqual([]);
  });
});
