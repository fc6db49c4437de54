import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { openBackends, type TestBackends } from '../support/backends.js';
import { eventually } from '../support/eventually.js';
import { problemOf, type ProblemBody } from '../support/problem.js';
import { rawRequest, requestHead } from '../support/raw-http.js';
import { TestService } from '../support/service.js';

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

/** As the providers know it: a proxy takes `/in` off. */
const PUBLIC_URL = 'https://hooks.example.org/in/';

let backends: TestBackends;
let service: TestService;

beforeAll(async () => {
  backends = await openBackends('postgres');
  service = await TestService.start({
    env: {
      ...backends.env,
      PUBLIC_URL,
      PARTICULAR_SECRET: randomBytes(24).toString('hex'),
      BOOKINGS_SECRET: 'of the bookings',
    },
    preload: [resolve('test/e2e/preload/particular-providers.mjs')],
  });
});

afterAll(async () => {
  expect(await service.stop()).toBe(0);
  await backends.close();
});

interface Sent {
  /** What stands behind the path. */
  readonly query?: string;
  readonly contentType?: string;
  /** Of the address that is signed. */
  readonly base?: string;
}

function signatureOf(provider: string, body: string, { query = '', base = PUBLIC_URL }: Sent): string {
  return createHmac('sha256', service.secret('PARTICULAR_SECRET'))
    .update(`${base}webhooks/${provider}${query}${body}`)
    .digest('hex');
}

async function send(provider: string, body: string, sent: Sent = {}): Promise<Response> {
  const { query = '', contentType = JSON_TYPE } = sent;
  const headers = { 'content-type': contentType, 'x-signature': signatureOf(provider, body, sent) };
  return fetch(`${service.url}/webhooks/${provider}${query}`, { method: 'POST', headers, body });
}

async function bodyOf(reply: Response): Promise<Record<string, unknown>> {
  return (await reply.json()) as Record<string, unknown>;
}

/** How many events there are of a provider. */
async function countOf(provider: string): Promise<number> {
  const { rows } = await backends.pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM events WHERE provider = $1',
    [provider],
  );
  return rows[0]!.count;
}

const parcel = (more: Record<string, unknown> = {}) => ({ id: randomUUID(), type: 'sent', ...more });
const booking = (id: string = randomUUID()) => `id=${id}&type=booked&room=12+B&guest=J%C3%BCrgen&room=14+C`;

describe('an address that is signed', () => {
  it.each(['', '?a=1&b=2', '?next=https%3A%2F%2Fx.org%2f%3Fa', '?a+b=%20'])(
    'is the public one, with its query as it was sent: %j',
    async (query) => {
      expect((await send('bookings', booking(), { query, contentType: FORM })).status).toBe(200);
    },
  );

  it.each(['http://hooks.example.org/in/', 'https://hooks.example.org/', 'https://hooks.example.org/in//'])(
    'is no other, such as at %s',
    async (base) => {
      const problem = await problemOf(await send('parcels', '[]', { base }), 400);
      expect(problem).toMatchObject({ reason: 'signature_mismatch' });
    },
  );

  it('is the same when the sender writes it out', async () => {
    const body = JSON.stringify([parcel()]);
    const head = requestHead('POST http://elsewhere.example/webhooks/parcels?a=1', [
      `Content-Type: ${JSON_TYPE}`,
      `X-Signature: ${signatureOf('parcels', body, { query: '?a=1' })}`,
      `Content-Length: ${body.length}`,
    ]);
    expect((await rawRequest(service.url, head + body)).status).toBe(202);
  });
});

describe('a form', () => {
  it('is an event with an object of texts as its payload, for the workflow too', async () => {
    const id = randomUUID();
    const reply = await send('bookings', booking(id), { contentType: `${FORM}; charset=UTF-8` });
    const { id: eventId, status } = await bodyOf(reply);
    expect([reply.status, status]).toEqual([200, 'accepted']);

    const payload = { id, type: 'booked', room: '14 C', guest: 'Jürgen' };
    const event = await service.settled(eventId as string);
    expect(event).toMatchObject({ status: 'completed', deliveryKey: id, payload });
    expect(event.runs).toMatchObject([{ steps: [{ output: { entity: 'bookings/room/14 C' } }] }]);
    const { rows } = await backends.pool.query('SELECT data FROM entities WHERE event_id = $1', [eventId]);
    expect(rows).toEqual([{ data: payload }]);
  });

  it('may have a field __proto__', async () => {
    const body = `__proto__=admin&${booking()}&constructor=1`;
    const { id } = await bodyOf(await send('bookings', body, { contentType: FORM }));
    const { payload, status } = await service.settled(id as string);
    expect(status).toBe('completed');
    expect(Object.entries(payload as object)).toContainEqual(['__proto__', 'admin']);
  });

  it.each([
    ['%', 'is no percent-encoding'],
    ['%E2%82', 'is no UTF-8'],
  ])('with the value %s, which %s, is answered 400', async (value) => {
    const { errors } = await problemOf(
      await send('bookings', `${booking()}&x=${value}`, { contentType: FORM }),
      400,
    );
    expect(errors).toEqual([{ path: '', message: 'The form is not percent-encoded UTF-8' }]);
  });

  it('is taken of nobody else, and nothing else of its provider', async () => {
    const elsewhere = await problemOf(await send('parcels', booking(), { contentType: FORM }), 415);
    expect(elsewhere).toMatchObject({ detail: 'Send application/json' });
    const other = await problemOf(await send('bookings', '{}', { contentType: 'text/plain' }), 415);
    expect(other).toMatchObject({ detail: `Send ${FORM} or application/json` });
  });
});

describe('a provider with statuses of its own', () => {
  it('gets them for what is new, what is known and what is not signed', async () => {
    const body = JSON.stringify({ id: randomUUID(), type: 'cancelled' });
    const replies = [await send('bookings', body), await send('bookings', body)];
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    const [first, second] = await Promise.all(replies.map(bodyOf));
    expect(first).toEqual({ id: first?.['id'], status: 'accepted' });
    expect(second).toMatchObject({ id: first?.['id'], status: 'duplicate' });

    const refused = await problemOf(await send('bookings', body, { base: 'https://x.org/' }), 401);
    expect(refused).toMatchObject({ reason: 'signature_mismatch' });
  });

  it('is told 400 all the same of a body that is invalid', async () => {
    const { errors } = await problemOf(await send('bookings', '{"id":"a"}'), 400);
    expect(errors).toEqual([{ path: '/type', message: 'is missing: must be a text' }]);
  });

  it('that is 204 gets no body', async () => {
    const reply = await send('meters', JSON.stringify({ id: 'meter-1', type: 'read' }));
    expect([reply.status, await reply.text(), reply.headers.get('content-length')]).toEqual([204, '', null]);
    expect(await countOf('meters')).toBe(1);
  });
});

describe('a challenge', () => {
  it('is answered as its provider demands, recorded nowhere, and told in one line of the log', async () => {
    const before = await countOf('bookings');
    const asked = await send('bookings', '{"question":"who?"}');
    expect([asked.status, await bodyOf(asked)]).toEqual([200, { answer: 'who? of the bookings' }]);
    const pinged = await send('bookings', 'ping=1', { contentType: FORM });
    expect([pinged.status, await pinged.text()]).toEqual([204, '']);

    expect(await countOf('bookings')).toBe(before);
    const told = await eventually(
      () => {
        const lines = service.lines.filter((line) => line.includes('Challenge answered'));
        return lines.length < 2 ? undefined : lines;
      },
      10_000,
      () => 'not every challenge is in the log',
    );
    expect(told).toHaveLength(2);
    expect(service.lines.join('\n')).not.toContain('of the bookings');
  });

  it('must be signed like everything else', async () => {
    await problemOf(await send('bookings', '{"question":"who?"}', { base: 'https://x.org/' }), 401);
  });
});

describe('a batch', () => {
  it('is answered with the ids of its events, in its order, and keeps the bytes of each', async () => {
    const elements = [
      JSON.stringify(parcel({ note: '],[{"' })),
      `{ "id":"${randomUUID()}",\t"weight" : 1.50e0, "type":"sent" }`,
      JSON.stringify(parcel({ places: [[1, 2], { of: '😀' }] })),
    ];
    const reply = await send('parcels', `\n[ ${elements.join(' ,\r\n ')}]\n`);
    const { ids, ...rest } = await bodyOf(reply);
    expect([reply.status, rest]).toEqual([202, { status: 'accepted' }]);

    const { rows } = await backends.pool.query<{ id: string; body: Buffer; commit: string }>(
      `SELECT event_id AS id, body, payloads.xmin::text AS commit
       FROM unnest($1::uuid[]) WITH ORDINALITY AS given (event_id, place) JOIN payloads USING (event_id)
       ORDER BY place`,
      [ids],
    );
    expect(rows.map(({ id }) => id)).toEqual(ids);
    expect(rows.map(({ body }) => body.toString())).toEqual(elements);
    expect(new Set(rows.map(({ commit }) => commit)).size).toBe(1);
    for (const id of ids as string[]) expect((await service.settled(id)).status).toBe('completed');
  });

  it('that comes again is told how its events stand', async () => {
    const body = JSON.stringify([parcel(), parcel()]);
    const { ids } = await bodyOf(await send('parcels', body));
    for (const id of ids as string[]) await service.settled(id);

    const again = await send('parcels', body);
    const eventStatuses = ['completed', 'completed'];
    expect([again.status, await bodyOf(again)]).toEqual([200, { ids, status: 'duplicate', eventStatuses }]);
  });

  it('with something new among what is known is new', async () => {
    const known = parcel();
    const first = await bodyOf(await send('parcels', JSON.stringify([known])));
    const [knownId] = first['ids'] as string[];
    const reply = await send('parcels', JSON.stringify([parcel(), known]));
    const { ids, status } = await bodyOf(reply);
    expect([reply.status, status, (ids as string[])[1]]).toEqual([202, 'accepted', knownId]);
    expect((ids as string[])[0]).not.toBe(knownId);
  });

  it('with one key twice has one event of it', async () => {
    const before = await countOf('parcels');
    const twice = parcel();
    const { ids } = await bodyOf(await send('parcels', JSON.stringify([twice, twice])));
    expect((ids as string[])[0]).toBe((ids as string[])[1]);
    expect(await countOf('parcels')).toBe(before + 1);
  });

  it.each<[string, (good: unknown) => unknown, ProblemBody['errors']]>([
    [
      'an element is invalid',
      (good) => [good, good, good, { id: 'a' }],
      [{ path: '/3/type', message: 'is missing: must be a text' }],
    ],
    ['it is no array', (good) => good, [{ path: '', message: 'must be a JSON array' }]],
    [
      'it has too many elements',
      (good) => Array<unknown>(5_001).fill(good),
      [{ path: '', message: 'must not have more than 5000 elements' }],
    ],
  ])('is refused as a whole when %s', async (_what, batchOf, faults) => {
    const before = await countOf('parcels');
    const { errors } = await problemOf(await send('parcels', JSON.stringify(batchOf(parcel()))), 400);
    expect(errors).toEqual(faults);
    expect(await countOf('parcels')).toBe(before);
  });

  it('that is empty is accepted', async () => {
    const reply = await send('parcels', '[]');
    expect([reply.status, await bodyOf(reply)]).toEqual([200, { ids: [], status: 'accepted' }]);
  });

  it('of the largest size is taken whole', async () => {
    const before = await countOf('parcels');
    const parcels = Array.from({ length: 5_000 }, () => parcel());
    const reply = await send('parcels', JSON.stringify(parcels));
    const { ids } = await bodyOf(reply);
    expect([reply.status, new Set(ids as string[]).size]).toEqual([202, 5_000]);
    expect(await countOf('parcels')).toBe(before + 5_000);
  });
});
