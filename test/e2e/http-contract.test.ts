import { createHmac, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { query, serverPid, startDatabase, type Running } from '../support/embedded-postgres.js';
import { eventually } from '../support/eventually.js';
import { freezePostgres, openRelay, type Relay } from '../support/outages.js';
import { makeFolder, removeFolder } from '../support/postgres.js';
import { openBackends, type TestBackends } from '../support/backends.js';
import {
  githubDelivery,
  sampleBody,
  send,
  stripeDelivery,
  stripeSignature,
  type TestDelivery,
} from '../support/deliveries.js';
import { problemOf, retryLater } from '../support/problem.js';
import { RawConnection, rawRequest, requestHead } from '../support/raw-http.js';
import { TestService } from '../support/service.js';

const MEBIBYTE = 2 ** 20;
const JSON_TYPE = 'Content-Type: application/json';

let backends: TestBackends;
let service: TestService;

/** A second service, which has PayPal's webhook id only, and a database of its own with outages. */
let troubled: TestService;
let database: Running;
let relay: Relay;
const dataDir = makeFolder('outage');

/** Ids of all events that were answered with 202. */
const accepted = new Set<unknown>();

beforeAll(async () => {
  backends = await openBackends('postgres');
  database = await startDatabase(dataDir);
  relay = await openRelay(database.url);
  [service, troubled] = await Promise.all([
    TestService.start({ env: backends.env }),
    TestService.start({
      env: {
        DATABASE_URL: relay.url,
        PAYPAL_WEBHOOK_SECRET: '',
        PAYPAL_WEBHOOK_ID: '8PT597110X687430L',
      },
    }),
  ]);
});

afterAll(async () => {
  expect(await Promise.all([service.stop(), troubled.stop()])).toEqual([0, 0]);
  await relay.close();
  await Promise.all([backends.close(), database.close()]);
  removeFolder(dataDir);
});

describe('a delivery', () => {
  it('that is new is answered 202 with the id of its event, and nothing else', async () => {
    const reply = await send(service, payment());

    expect(reply.status).toBe(202);
    expect(reply.headers.get('content-type')).toMatch(/^application\/json(;|$)/);
    const body = await bodyOf(reply);
    expect(body).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, status: 'accepted' });
    accepted.add(body['id']);
  });

  it('that comes again is answered 200 with the same id and how the event stands', async () => {
    const delivery = payment();
    const id = await accept(delivery);
    await service.settled(id);

    const reply = await send(service, delivery);
    expect(reply.status).toBe(200);
    expect(await bodyOf(reply)).toEqual({ id, status: 'duplicate', eventStatus: 'completed' });
  });

  it('that comes again, signed anew, is the same event', async () => {
    const payload = sampleBody('stripe', 'charge.refunded');
    const id = await accept(stripeDelivery(service, payload));
    await service.settled(id);

    const reply = await send(service, stripeDelivery(service, payload, Math.floor(Date.now() / 1000) - 60));
    expect(await bodyOf(reply)).toEqual({ id, status: 'duplicate', eventStatus: 'completed' });
  });

  it('that comes again with another body is answered 200 with a conflict, and the original is kept', async () => {
    const payload = sampleBody('stripe', 'charge.refunded');
    const id = await accept(stripeDelivery(service, payload));
    const before = await service.settled(id);

    const reply = await send(service, stripeDelivery(service, { ...payload, livemode: true }));
    expect(reply.status).toBe(200);
    expect(await bodyOf(reply)).toEqual({
      id,
      status: 'duplicate',
      eventStatus: 'completed',
      conflict: true,
    });
    expect(await service.event(id)).toEqual(before);
    expect(before.payload).toEqual(payload);
  });

  it('of every provider is taken', async () => {
    await accept(await githubDelivery(service, 'ping', sampleBody('github', 'ping')));
    await accept(relayed(sampleBody('paypal', 'PAYMENT.CAPTURE.COMPLETED')));
  });

  it('may come with any spelling of JSON in UTF-8', async () => {
    for (const type of ['application/json; charset=utf-8', 'APPLICATION/JSON;Charset="UTF-8"']) {
      const { headers, ...delivery } = payment();
      await accept({ ...delivery, headers: { ...headers, 'content-type': type } });
    }
  });
});

describe('a signature', () => {
  it.each<[string, (delivery: TestDelivery) => Record<string, string>, string]>([
    ['is missing', () => ({}), 'signature_missing'],
    ['is empty', () => ({ 'stripe-signature': '' }), 'signature_missing'],
    ['is no signature', () => ({ 'stripe-signature': 'let me in' }), 'signature_malformed'],
    ['is of another secret', ({ body }) => signed(body, 'whsec_of_someone_else'), 'signature_mismatch'],
    ['is of another body', () => signed('{}'), 'signature_mismatch'],
    ['is stale', ({ body }) => signed(body, undefined, Date.now() - 400_000), 'timestamp_stale'],
    ['is of the future', ({ body }) => signed(body, undefined, Date.now() + 400_000), 'timestamp_stale'],
  ])('that %s is answered 400', async (_fault, headersOf, reason) => {
    const delivery = payment();
    const reply = await service.post('stripe', headersOf(delivery), delivery.body);
    expect(await problemOf(reply, 400)).toMatchObject({ title: 'Signature not accepted', reason });
  });

  it('of any provider that is missing or wrong is answered 400', async () => {
    const body = JSON.stringify(sampleBody('github', 'push'));
    await problemOf(await service.post('github', {}, body), 400);
    await problemOf(
      await service.post('github', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }, body),
      400,
    );
    await problemOf(await service.post('paypal', {}, body), 400);
    const { headers } = relayed({});
    await problemOf(await service.post('paypal', headers, body), 400);
  });

  it.each([
    ['stripe', 'Stripe-Signature', payment],
    ['github', 'X-Hub-Signature-256', () => githubDelivery(service, 'push', sampleBody('github', 'push'))],
    ['paypal', 'PayPal-Transmission-Sig', () => relayed(sampleBody('paypal', 'PAYMENT.CAPTURE.REFUNDED'))],
  ] as const)('of %s that comes in two header lines is answered 400', async (provider, name, make) => {
    const { headers, body } = await make();
    const lines = Object.entries(headers).map(([key, value]) => `${key}: ${value}`);
    const again = `${name}: ${headers[name.toLowerCase()]}`;
    const head = requestHead(`POST /webhooks/${provider}`, [...lines, again, JSON_TYPE, lengthOf(body)]);
    const reply = await rawRequest(service.url, head + body);
    expect(await problemOf(reply, 400)).toMatchObject({ reason: 'signature_doubled' });
  });
});

describe('a signed body', () => {
  it.each<[string, string | Buffer]>([
    ['is empty', ''],
    ['is no JSON', '{"id": "evt_1",'],
    ['has something after the JSON', '{} {}'],
    ['is no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['begins with a byte order mark', '\uFEFF{"id":"evt_1"}'],
    ['is UTF-16', Buffer.from('{"id":"evt_1"}', 'utf16le')],
    ['is null', 'null'],
    ['is a number', '1e999'],
    ['is a list', '[{"id":"evt_1"}]'],
    ['nests 100,000 lists', `{"id":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['opens 100,000 objects', '{"a":'.repeat(100_000)],
  ])('that %s is answered 400 and named', async (_fault, body) => {
    const { errors } = await problemOf(await service.post('stripe', signed(body), body), 400);
    expect(errors).toEqual([{ path: '', message: expect.stringMatching(/\w/) as string }]);
  });

  it("that is not the provider's envelope is answered 400, every fault with its path", async () => {
    const stripe = JSON.stringify({ object: 'event', id: 'cus_1', created: 'now', type: 7, data: {} });
    const faults = await problemOf(await service.post('stripe', signed(stripe), stripe), 400);
    expect(pathsOf(faults)).toEqual(['/created', '/data/object', '/id', '/type']);

    const { headers } = await githubDelivery(service, 'push', {});
    const { 'x-github-event': _event, 'x-github-delivery': _delivery, ...nameless } = headers;
    expect(pathsOf(await problemOf(await service.post('github', nameless, '{}'), 400))).toEqual([
      'X-GitHub-Delivery',
      'X-GitHub-Event',
    ]);

    const paypal = relayed({ id: 'a b', event_type: null });
    expect(pathsOf(await problemOf(await send(service, paypal), 400))).toEqual([
      '/create_time',
      '/event_type',
      '/id',
      '/resource',
    ]);
  });

  it('with a field __proto__ is an event like any other', async () => {
    const text = JSON.stringify(sampleBody('stripe', 'charge.refunded'));
    const body = `{"__proto__":{"admin":true,"id":"evt_other"},"constructor":{"prototype":{}},${text.slice(1)}`;
    const id = await accept({ provider: 'stripe', headers: signed(body), body });

    const { payload, status } = await service.settled(id);
    expect(status).toBe('completed');
    expect(payload).toEqual(JSON.parse(body));
  });

  it('with a field twice counts as what stands last, everywhere', async () => {
    const payload = sampleBody('stripe', 'charge.refunded');
    const body = `{"id":"evt_first","type":"payment_intent.succeeded",${JSON.stringify(payload).slice(1)}`;
    const id = await accept({ provider: 'stripe', headers: signed(body), body });

    expect(await service.settled(id)).toMatchObject({
      type: payload['type'],
      deliveryKey: payload['id'],
      payload,
      runs: [{ workflow: 'log', status: 'completed' }],
    });
  });

  it('may have texts that no table takes', async () => {
    const payload = { ...sampleBody('stripe', 'charge.refunded'), note: 'NUL \0, half a pair \ud800' };
    const id = await accept(stripeDelivery(service, payload));
    expect((await service.settled(id)).payload).toEqual(payload);
  });
});

describe('an address', () => {
  it.each([
    ['an unknown one', 'nobody'],
    ['what every object has', '__proto__'],
    ['what every object has', 'constructor'],
    ['what every object has', 'toString'],
    ['another case', 'Stripe'],
    ['a slash in code', 'stripe%2F'],
    ['a way up', '..%2Fstripe'],
    ['a NUL', '%00'],
    ['half a character', '%E0%A4%A'],
    ['no code', '%'],
    ['a thousand letters', 'a'.repeat(1000)],
    ['a longer path', 'stripe/more'],
    ['nothing', ''],
  ])('of no provider is answered 404: %s', async (_what, name) => {
    const { headers, body } = payment();
    const lines = [`Stripe-Signature: ${headers['stripe-signature']}`, JSON_TYPE, lengthOf(body)];
    await problemOf(await rawRequest(service.url, requestHead(`POST /webhooks/${name}`, lines) + body), 404);
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    'of a provider takes no %s',
    async (method) => {
      const reply = await rawRequest(service.url, requestHead(`${method} /webhooks/stripe`));
      if (method !== 'HEAD') await problemOf(reply, 404);
      expect(reply.status).toBe(404);
      expect(reply.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});

describe('a body', () => {
  it('that is announced as too large is answered 413 before any of it is sent', async () => {
    const reply = await rawRequest(
      service.url,
      requestHead('POST /webhooks/stripe', [JSON_TYPE, `Content-Length: ${MEBIBYTE + 1}`]),
    );
    expect(await problemOf(reply, 413)).toMatchObject({ detail: 'stripe may send 1048576 bytes' });
    const github = requestHead('POST /webhooks/github', [JSON_TYPE, `Content-Length: ${25 * MEBIBYTE + 1}`]);
    await problemOf(await rawRequest(service.url, github), 413);
  });

  it('that would be too much beside those on their way is put off, until one of them ends', async () => {
    const head = requestHead('POST /webhooks/github', [JSON_TYPE, `Content-Length: ${25 * MEBIBYTE}`]);
    const underWay: RawConnection[] = [];
    const begin = async (from: string): Promise<RawConnection> => {
      const connection = await RawConnection.to(service.url, { from });
      await connection.write(head);
      underWay.push(connection);
      return connection;
    };
    const fill = async (from: string): Promise<void> => {
      for (let count = 0; count < 5; count++) await begin(from);
      // Once this small one is accepted, the heads before it have been read.
      await accept(await githubDelivery(service, 'star', { action: 'created' }));
      expect(await retryLater(await (await begin(from)).reply())).toMatchObject({ title: 'Overloaded' });
    };
    // None gets more than half of the room, so the second has as much as the first.
    await fill('127.0.0.2');
    await fill('127.0.0.3');
    expect(await retryLater(await (await begin('127.0.0.4')).reply())).toMatchObject({ title: 'Overloaded' });

    underWay.forEach((connection) => connection.destroy());
    const unsigned = '1'.repeat(25 * MEBIBYTE);
    await eventually(
      async () => ((await service.post('github', {}, unsigned)).status === 400 ? true : undefined),
      10_000,
      () => 'there is still no room for a large body',
    );
  });

  it('that turns out to be too large is answered 413', async () => {
    const body = Buffer.alloc(MEBIBYTE + 1, ' ');
    await problemOf(
      await postInPieces('stripe', signed(body), [body.subarray(0, 1000), body.subarray(1000)]),
      413,
    );
  });

  it('that turns out to be larger than any provider may send is answered 413 before its end', async () => {
    const connection = await RawConnection.to(service.url);
    await connection.write(
      requestHead('POST /webhooks/github', [JSON_TYPE, 'Transfer-Encoding: chunked']) +
        `${(26 * MEBIBYTE).toString(16)}\r\n`,
    );
    void connection.write(Buffer.alloc(25 * MEBIBYTE + 1, ' '));
    await problemOf(await connection.reply(), 413);
    connection.destroy();
  });

  it('of the largest size is taken', async () => {
    const payload = { ...sampleBody('stripe', 'charge.refunded'), filler: '' };
    payload.filler = 'x'.repeat(MEBIBYTE - JSON.stringify(payload).length);
    const delivery = stripeDelivery(service, payload);
    expect(delivery.body).toHaveLength(MEBIBYTE);
    await accept(delivery);
  });

  it.each([
    ['content type', 'text/plain', {}],
    ['content type', 'application/x-www-form-urlencoded', {}],
    ['content type', 'application/jsonp', {}],
    ['content type', 'multipart/form-data; boundary=x', {}],
    ['charset', 'application/json; charset=utf-16', {}],
    ['charset', 'application/json; charset=iso-8859-1', {}],
    ['content encoding', 'application/json', { 'content-encoding': 'gzip' }],
    ['content encoding', 'application/json', { 'content-encoding': 'identity, br' }],
  ])('of another %s is answered 415: %s %j', async (fault, type, encoding) => {
    const { headers, body } = payment();
    const reply = await service.post('stripe', { ...headers, 'content-type': type, ...encoding }, body);
    expect(await problemOf(reply, 415)).toMatchObject({ title: `Unsupported ${fault}` });
  });

  it('without a content type is answered 415', async () => {
    await problemOf(
      await rawRequest(service.url, requestHead('POST /webhooks/stripe', [lengthOf('{}')]) + '{}'),
      415,
    );
  });

  it('that comes slowly and in pieces is taken', async () => {
    const { headers, body } = payment();
    const pieces = [body.slice(0, 1), body.slice(1, 700), body.slice(700)].map((piece) => Buffer.from(piece));
    const reply = await postInPieces('stripe', headers, pieces);
    expect(reply.status).toBe(202);
    accepted.add((await bodyOf(reply))['id']);
  });

  it('that breaks off does no harm', async () => {
    const { headers, body } = payment();
    const lines = [`Stripe-Signature: ${headers['stripe-signature']}`, JSON_TYPE, lengthOf(body)];
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const connection = await RawConnection.to(service.url);
        await connection.write(requestHead('POST /webhooks/stripe', lines) + body.slice(0, index * 50));
        connection.destroy();
      }),
    );
    await accept(payment());
  });
});

describe('what is hardly HTTP', () => {
  it.each<[string, string | Buffer, number]>([
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['a TLS greeting', Buffer.from('16030100a5010000a1', 'hex'), 400],
    ['an unknown method', requestHead('FETCH /webhooks/stripe'), 400],
    ['a request without a host', 'POST /webhooks/stripe HTTP/1.1\r\n\r\n', 400],
    ['one length twice', requestHead('POST /webhooks/stripe', [lengthOf('{}'), lengthOf('{}')]), 400],
    ['two lengths', requestHead('POST /webhooks/stripe', [JSON_TYPE, lengthOf('{}'), lengthOf('{}x')]), 400],
    [
      'a length and chunks',
      requestHead('POST /webhooks/stripe', [JSON_TYPE, lengthOf('{}'), 'Transfer-Encoding: chunked']),
      400,
    ],
    ['no length', requestHead('POST /webhooks/stripe', [JSON_TYPE, 'Content-Length: many']), 400],
    [
      'broken chunks',
      requestHead('POST /webhooks/stripe', [JSON_TYPE, 'Transfer-Encoding: chunked']) + 'zz\r\n',
      400,
    ],
    ['too many headers', requestHead('GET /health', [`X-Filler: ${'x'.repeat(20_000)}`]), 431],
    ['an unknown expectation', requestHead('GET /nowhere', ['Expect: miracles']), 404],
    ['an address of nothing', requestHead('OPTIONS *'), 404],
  ])('is refused like everything else: %s', async (_fault, text, status) => {
    await problemOf(await rawRequest(service.url, text), status);
  });
});

describe('an offer to speak another protocol', () => {
  it('is passed over, and the connection closed, so that nobody waits for what was sent behind it', async () => {
    const upgrade = [
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQCAAAA',
    ];
    const requests = [payment(), payment()].map(({ headers, body }) => {
      const lines = [
        `Stripe-Signature: ${headers['stripe-signature']}`,
        JSON_TYPE,
        lengthOf(body),
        ...upgrade,
      ];
      return requestHead('POST /webhooks/stripe', lines) + body;
    });
    const connection = await RawConnection.to(service.url);
    await connection.write(requests.join(''));
    const reply = await connection.reply();
    expect([reply.status, reply.headers.get('connection')]).toEqual([202, 'close']);
    accepted.add((await bodyOf(reply))['id']);
    await connection.closed();
  });
});

describe('a header that can be meant but once', () => {
  it.each([
    ['content-type', [JSON_TYPE, JSON_TYPE]],
    ['content-type', [JSON_TYPE, 'content-type: text/plain']],
    ['content-encoding', [JSON_TYPE, 'Content-Encoding: identity', 'Content-Encoding: identity']],
    ['host', [JSON_TYPE, 'host: localhost']],
  ])('is refused when it comes twice: %s in %j', async (name, lines) => {
    const { headers, body } = payment();
    const signature = `Stripe-Signature: ${headers['stripe-signature']}`;
    const head = requestHead('POST /webhooks/stripe', [...lines, signature, lengthOf(body)]);
    const reply = await rawRequest(service.url, head + body);
    expect(await problemOf(reply, 400)).toMatchObject({ detail: `Send one ${name} header` });
  });
});

describe('the correlation id', () => {
  it.each(['abcdefgh', 'order-42_retry.3', 'x'.repeat(64)])('of the sender is kept: %s', async (id) => {
    const reply = await fetch(`${service.url}/nowhere`, { headers: { 'x-correlation-id': id } });
    expect(reply.headers.get('x-correlation-id')).toBe(id);
    expect(await bodyOf(reply)).toMatchObject({ correlationId: id });
  });

  it.each(['short', 'with space', '{"a":1}', 'x'.repeat(65), 'ä-umlaut-id', ''])(
    'of the sender is replaced where it could do harm: %s',
    async (id) => {
      const head = requestHead('GET /nowhere', [`X-Correlation-Id: ${id}`]);
      await problemOf(await rawRequest(service.url, head), 404);
    },
  );

  it('stands in every reply, whatever it says', async () => {
    const replies = await Promise.all([
      send(service, payment()).then(remember),
      service.get('/api/v1/events'),
      service.get('/api/docs-json'),
      fetch(`${service.url}/health`),
      fetch(`${service.url}/api/v1/events`),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([202, 200, 200, 200, 401]);
    const ids = replies.map(({ headers }) => headers.get('x-correlation-id'));
    expect(ids).not.toContain(null);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a provider whose secrets are not set', () => {
  let bare: TestService;

  beforeAll(async () => {
    const none = { STRIPE_WEBHOOK_SECRET: '', PAYPAL_WEBHOOK_SECRET: '', OPS_TOKEN: '' };
    bare = await TestService.start({ env: { ...backends.env, ...none } });
  });

  afterAll(async () => {
    expect(await bare.stop()).toBe(0);
  });

  it('is answered 503, and the sender told when to try again', async () => {
    const reply = await send(bare, payment());
    expect(await retryLater(reply)).toMatchObject({ title: 'Provider not configured' });
    await retryLater(await send(bare, relayed(sampleBody('paypal', 'PAYMENT.CAPTURE.COMPLETED'))));
    await retryLater(await send(bare, certified()));
  });

  it('is no reason to refuse the others', async () => {
    const delivery = await githubDelivery(bare, 'ping', sampleBody('github', 'ping'));
    const reply = await remember(await send(bare, delivery));
    expect(reply.status).toBe(202);
  });

  it("with PayPal's secret only: a relay is let in, PayPal itself asked to come again", async () => {
    await accept(relayed(sampleBody('paypal', 'PAYMENT.CAPTURE.COMPLETED')));
    expect(await retryLater(await send(service, certified()))).toMatchObject({
      detail: 'PAYPAL_WEBHOOK_ID is not set',
    });
  });

  it("with PayPal's webhook id only: a relay is refused, and a certificate of somewhere else", async () => {
    const delivery = relayed(sampleBody('paypal', 'PAYMENT.CAPTURE.COMPLETED'));
    expect(await problemOf(await send(troubled, delivery), 400)).toMatchObject({
      reason: 'algorithm_unknown',
    });
    expect(await problemOf(await send(troubled, certified()), 400)).toMatchObject({
      reason: 'certificate_refused',
    });
  });

  it('whatever scheme is claimed, an unknown one is refused', async () => {
    const { headers, body } = relayed(sampleBody('paypal', 'PAYMENT.CAPTURE.COMPLETED'));
    const reply = await service.post('paypal', { ...headers, 'paypal-auth-algo': 'none' }, body);
    expect(await problemOf(reply, 400)).toMatchObject({ reason: 'algorithm_unknown' });
  });

  it('without a token nobody reads events', async () => {
    for (const authorization of ['Bearer ', 'Bearer undefined', 'Basic Og==']) {
      const reply = await fetch(`${bare.url}/api/v1/events`, { headers: { authorization } });
      await problemOf(reply, 401);
    }
  });
});

describe('a service whose database has an outage', () => {
  /** Together more than may wait for the database. */
  const BIG_DELIVERIES = 90;
  const BIG = 900_000;

  it('answers 503 while the database is stopped, and loses nothing', async () => {
    const [before, meanwhile] = [refund(), refund()];
    const { id } = (await (await send(troubled, before)).json()) as { id: string };
    await database.close();

    expect(await retryLater(await send(troubled, meanwhile))).toMatchObject({ title: 'Database away' });
    await retryLater(await send(troubled, before));
    await retryLater(await troubled.get('/api/v1/events'));
    await expectDatabaseDown();

    database = await startDatabase(dataDir);
    relay.pointTo(database.url);
    const reply = await eventually(
      async () => {
        const again = await send(troubled, meanwhile);
        return again.status === 503 ? undefined : again;
      },
      10_000,
      () => 'nothing is accepted although the database is back',
    );
    expect(reply.status).toBe(202);
    await expectReady();
    const { id: later } = (await reply.json()) as { id: string };
    for (const accepted of [id, later]) expect((await troubled.settled(accepted)).status).toBe('completed');
    expect((await troubled.events()).map((event) => event.id)).toEqual([later, id]);
  });

  it('answers 503 when too much waits for a database that hangs, and has what it said it had', async () => {
    const deliveries = Array.from({ length: BIG_DELIVERIES }, () => refund('x'.repeat(BIG)));
    const thaw = await freezePostgres(database.url, serverPid(dataDir));
    let replies: Promise<Response[]>;
    try {
      const sent = deliveries.map((delivery) => send(troubled, delivery));
      replies = Promise.all(sent);
      // On a slow machine the first may have waited for so long that the database is given up.
      await Promise.any(sent.map(async (reply) => expectOverloaded((await reply).clone())));
      await expectDatabaseDown();
    } finally {
      await thaw();
    }

    const statuses = (await replies).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([202, 503]));
    const titles = await Promise.all(
      (await replies).map(async (reply) =>
        reply.status === 503 ? (await retryLater(reply)).title : 'Accepted',
      ),
    );
    const keys = deliveries.map(({ body }) => (JSON.parse(body) as { id: string }).id);
    const keysOf = (title: string): string[] => keys.filter((_key, index) => titles[index] === title).sort();
    const recorded = await query(
      database.url,
      `SELECT delivery_key FROM events WHERE delivery_key = ANY ('{${keys.join()}}')`,
    );
    const found = recorded.map((row) => row['delivery_key'] as string);
    expect(found).toEqual(expect.arrayContaining(keysOf('Accepted')));
    expect(found).not.toEqual(expect.arrayContaining([keysOf('Overloaded')[0]]));
    expect(titles.filter((title) => title === 'Overloaded').length).toBeGreaterThan(5);

    // What was turned away is taken when it comes again.
    const turnedAway = deliveries[titles.indexOf('Overloaded')]!;
    expect((await send(troubled, turnedAway)).status).toBe(202);
  });

  async function expectOverloaded(reply: Response): Promise<void> {
    expect(await retryLater(reply)).toMatchObject({ title: 'Overloaded' });
  }

  /** A check may show what was seen up to two seconds ago. */
  async function expectReady(): Promise<void> {
    const ready = async (): Promise<true | undefined> =>
      (await fetch(`${troubled.url}/health/ready`)).ok || undefined;
    await eventually(ready, 2_000, () => 'it accepts, and does not say that it is ready');
  }

  async function expectDatabaseDown(): Promise<void> {
    const start = performance.now();
    const [health, ready, live] = await Promise.all(
      ['/health', '/health/ready', '/health/live'].map((path) => fetch(troubled.url + path)),
    );
    expect(performance.now() - start).toBeLessThan(2_000);
    expect([health!.status, ready!.status, live!.status]).toEqual([503, 503, 200]);
    for (const reply of [health!, ready!]) {
      expect(await reply.json()).toMatchObject({
        status: 'error',
        error: { database: { status: 'down', message: expect.any(String) as string } },
        details: { database: { status: 'down' } },
      });
    }
  }

  function refund(note = ''): TestDelivery {
    return stripeDelivery(troubled, { ...sampleBody('stripe', 'charge.refunded'), note });
  }
});

describe('after all of that', () => {
  it('there is a row for every event that was accepted, and for nothing else', async () => {
    const { rows } = await backends.pool.query<{ id: string }>('SELECT id FROM events');
    expect(rows.map(({ id }) => id).sort()).toEqual([...accepted].sort());
  });

  it('nothing was our own fault', async () => {
    const log = await readFile(join(service.folder, 'logs', 'combined.log'), 'utf8');
    expect(log).not.toContain('Request failed');
    expect(service.lines.join('\n')).not.toMatch(/unhandled|uncaught|heap out of memory/i);
    expect(service.child.exitCode).toBeNull();
  });
});

function payment(): TestDelivery {
  return stripeDelivery(service, sampleBody('stripe', 'payment_intent.succeeded'));
}

function signed(
  body: string | Buffer,
  secret = service.secret('STRIPE_WEBHOOK_SECRET'),
  now = Date.now(),
): Record<string, string> {
  return stripeSignature(body, secret, now);
}

/** As a relay of ours would sign it. */
function relayed(payload: unknown): TestDelivery {
  const body = JSON.stringify(payload);
  const [id, time] = [randomUUID(), new Date().toISOString()];
  const signature = createHmac('sha256', service.secret('PAYPAL_WEBHOOK_SECRET'))
    .update(`${id}|${time}|${body}`)
    .digest('base64');
  return { provider: 'paypal', headers: transmission('HMAC-SHA256', id, time, signature), body };
}

/** As PayPal would sign it, with a certificate that lies somewhere else. */
function certified(): TestDelivery {
  const headers = transmission('SHA256withRSA', randomUUID(), new Date().toISOString(), 'c2lnbmF0dXJl');
  return {
    provider: 'paypal',
    headers: {
      ...headers,
      'paypal-cert-url': 'https://api.paypal.com.example.org/v1/notifications/certs/CERT-1',
    },
    body: JSON.stringify(sampleBody('paypal', 'PAYMENT.CAPTURE.COMPLETED')),
  };
}

function transmission(
  algorithm: string,
  id: string,
  time: string,
  signature: string,
): Record<string, string> {
  return {
    'paypal-auth-algo': algorithm,
    'paypal-transmission-id': id,
    'paypal-transmission-time': time,
    'paypal-transmission-sig': signature,
  };
}

async function accept(delivery: TestDelivery): Promise<string> {
  const reply = await send(service, delivery);
  expect(reply.status).toBe(202);
  const { id } = await bodyOf(reply);
  accepted.add(id);
  return id as string;
}

async function remember(reply: Response): Promise<Response> {
  accepted.add((await bodyOf(reply.clone()))['id']);
  return reply;
}

async function bodyOf(reply: Response): Promise<Record<string, unknown>> {
  return (await reply.json()) as Record<string, unknown>;
}

/** Sends the body in chunks, each after the one before has left. */
async function postInPieces(
  provider: string,
  headers: Readonly<Record<string, string>>,
  pieces: readonly Buffer[],
): Promise<Response> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const connection = await RawConnection.to(service.url);
  try {
    await connection.write(
      requestHead(`POST /webhooks/${provider}`, [...lines, JSON_TYPE, 'Transfer-Encoding: chunked']),
    );
    for (const piece of pieces) {
      await connection.write(`${piece.length.toString(16)}\r\n`);
      await connection.write(piece);
      await connection.write('\r\n');
    }
    await connection.write('0\r\n\r\n');
    return await connection.reply();
  } finally {
    connection.destroy();
  }
}

function lengthOf(body: string): string {
  return `Content-Length: ${Buffer.byteLength(body)}`;
}

function pathsOf({ errors }: { errors?: readonly { path?: string; message: string }[] }): unknown[] {
  for (const { message } of errors ?? []) expect(message).toMatch(/\w/);
  return (errors ?? []).map(({ path }) => path).sort();
}
