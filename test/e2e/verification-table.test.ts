import { sign } from '@octokit/webhooks-methods';
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { openBackends, type TestBackends } from '../support/backends.js';
import { githubDelivery, sampleBody, stripeDelivery, stripeSignature } from '../support/deliveries.js';
import { inParallel } from '../support/in-parallel.js';
import { readLog } from '../support/log-lines.js';
import { PaypalHost } from '../support/paypal-host.js';
import { problemOf, retryLater } from '../support/problem.js';
import { TestService } from '../support/service.js';

// What receivers of webhooks have got wrong, a row each. Rows of which there is a test elsewhere name it.

interface Sent {
  readonly provider: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

type SentOrPromised = Sent | Promise<Sent>;

const SECOND = 1000;
const SANDBOX = 'messageverificationcerts.sandbox.paypal.com';

let backends: TestBackends;
let paypal: PaypalHost;
let service: TestService;
/** Another one, whose secrets are none. */
let bare: TestService;

/** Ids of all events that were answered with 202. */
const accepted = new Set<string>();

beforeAll(async () => {
  [backends, paypal] = await Promise.all([openBackends('postgres'), PaypalHost.start()]);
  const { env, preload } = paypal.serviceOptions;
  const none = { STRIPE_WEBHOOK_SECRET: ' , ', GITHUB_WEBHOOK_SECRET: '  ', PAYPAL_WEBHOOK_SECRET: '' };
  [service, bare] = await Promise.all([
    TestService.start({ env: { ...backends.env, ...env }, preload }),
    TestService.start({ env: { ...backends.env, ...none } }),
  ]);
});

afterAll(async () => {
  expect(await Promise.all([service.stop(), bare.stop()])).toEqual([0, 0]);
  await Promise.all([backends.close(), paypal.stop()]);
});

const post = async (sent: SentOrPromised, to = service): Promise<Response> => {
  const { provider, headers, body } = await sent;
  return to.post(provider, headers, body);
};

const paymentBody = () => sampleBody('stripe', 'payment_intent.succeeded');
const payment = (more: Record<string, unknown> = {}) =>
  stripeDelivery(service, { ...paymentBody(), ...more });
const captureBody = () => JSON.stringify(sampleBody('paypal', 'PAYMENT.CAPTURE.COMPLETED'));
const push = () => githubDelivery(service, 'push', sampleBody('github', 'push'));

const stripeSecret = () => service.secret('STRIPE_WEBHOOK_SECRET');
const githubSecret = () => service.secret('GITHUB_WEBHOOK_SECRET');

/** A payment with the header that is made of its time and its signature. */
function paymentWith(headerOf: (time: number, v1: string) => string): Sent {
  const body = JSON.stringify(paymentBody());
  const { 'stripe-signature': header } = stripeSignature(body, stripeSecret());
  const [, time, v1] = /^t=(\d+),v1=(.*)$/.exec(header)!;
  return { provider: 'stripe', headers: { 'stripe-signature': headerOf(Number(time), v1!) }, body };
}

/** A payment whose bytes are others than those that were signed. */
function paymentOf(body: string | Buffer, signedAs: string | Buffer = body): Sent {
  return { provider: 'stripe', headers: stripeSignature(signedAs, stripeSecret()), body };
}

function paymentAt(seconds: number): Sent {
  const body = JSON.stringify(paymentBody());
  const headers = stripeSignature(body, stripeSecret(), Date.now() + seconds * SECOND);
  return { provider: 'stripe', headers, body };
}

/** A push with another signature header, or with none. */
async function pushWith(signature: Record<string, string>): Promise<Sent> {
  const { headers, ...rest } = await push();
  const { 'x-hub-signature-256': _genuine, ...others } = headers;
  return { ...rest, headers: { ...others, ...signature } };
}

async function pushHashedBy(hash: string, header: string): Promise<Sent> {
  const { provider, headers, body } = await push();
  const { 'x-hub-signature-256': _genuine, ...others } = headers;
  const digest = createHmac(hash, githubSecret()).update(body).digest('hex');
  return { provider, headers: { ...others, [header]: `${hash}=${digest}` }, body };
}

async function formOfGithub(): Promise<Sent> {
  const { headers, ...rest } = await push();
  const body = new URLSearchParams({ payload: rest.body }).toString();
  const signature = await sign(githubSecret(), body);
  const type = 'application/x-www-form-urlencoded';
  return { ...rest, headers: { ...headers, 'content-type': type, 'x-hub-signature-256': signature }, body };
}

async function pushWithoutId(): Promise<Sent> {
  const { headers, ...rest } = await push();
  const { 'x-github-delivery': _id, ...others } = headers;
  return { ...rest, headers: others };
}

/** A capture with one header that is another. */
function captureWith(headers: Record<string, string>): Sent {
  const genuine = paypal.deliver(captureBody());
  return { ...genuine, headers: { ...genuine.headers, ...headers } };
}

function captureCertifiedBy(certificateUrl: string): Sent {
  return paypal.deliver(captureBody(), { certificateUrl });
}

const CERTIFICATE = '/v1/notifications/certs/CERT-1';
const NOT_PAYPAL = [
  `https://evil.example.com${CERTIFICATE}`,
  `https://api.paypal.com@evil.example.com${CERTIFICATE}`,
  `https://api.paypal.com.evil.example.com${CERTIFICATE}`,
  `http://api.paypal.com${CERTIFICATE}`,
  `https://api.paypal.com:8443${CERTIFICATE}`,
  `https://api.paypal.com./${CERTIFICATE}`,
  'https://api.paypal.com/v1/notifications/certs/../../../x',
  `https://api.sandbox.paypal.com${CERTIFICATE}`,
];

/** Every genuine delivery at the addresses of the others. */
async function misdirected(): Promise<Sent[]> {
  const all = [payment(), await push(), paypal.deliver(captureBody())];
  return all.flatMap((sent) =>
    all.filter(({ provider }) => provider !== sent.provider).map(({ provider }) => ({ ...sent, provider })),
  );
}

/** What is refused, with which code. */
const REFUSED: readonly [row: string, code: number, () => readonly SentOrPromised[]][] = [
  [
    'GitHub: SHA-1 alone; sha512=; no hex; too short; 64 characters of several bytes',
    400,
    () => [
      pushHashedBy('sha1', 'x-hub-signature'),
      pushHashedBy('sha512', 'x-hub-signature-256'),
      ...[`sha256=${'z'.repeat(64)}`, 'sha256=00', `sha256=${'é'.repeat(64)}`].map((signature) =>
        pushWith({ 'x-hub-signature-256': signature }),
      ),
    ],
  ],
  [
    'GitHub: no signature at all, or one that somebody left undefined',
    400,
    () => [
      pushWith({}),
      ...['undefined', 'null', ''].map((signature) => pushWith({ 'x-hub-signature-256': signature })),
    ],
  ],
  [
    'Stripe: v0 alone; an empty v1 before a good one',
    400,
    () => [
      paymentWith((time, v1) => `t=${time},v0=${v1}`),
      paymentWith((time, v1) => `t=${time},v1=,v1=${v1}`),
    ],
  ],
  // Ten seconds more than the tolerance, for time passes on the way.
  ['Stripe: signed too long ago, or in the future', 400, () => [paymentAt(-301), paymentAt(310)]],
  [
    'Stripe: a time with letters after it',
    400,
    () => [
      paymentWith((time, v1) => `t=${time}abc,v1=${v1}`),
      (() => {
        const body = JSON.stringify(paymentBody());
        const time = `${Math.floor(Date.now() / SECOND)}abc`;
        const v1 = createHmac('sha256', stripeSecret()).update(`${time}.${body}`).digest('hex');
        return { provider: 'stripe', headers: { 'stripe-signature': `t=${time},v1=${v1}` }, body };
      })(),
    ],
  ],
  [
    'a byte order mark before what was signed',
    400,
    () => {
      const text = JSON.stringify(paymentBody());
      return [paymentOf(`\uFEFF${text}`, text)];
    },
  ],
  [
    'byte 0xFF where U+FFFD was signed; byte 0xFF where it was signed',
    400,
    () => {
      const text = JSON.stringify({ ...paymentBody(), note: '\uFFFD' });
      const [before = '', after = ''] = text.split('\uFFFD');
      const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)]);
      return [paymentOf(bytes, text), paymentOf(bytes)];
    },
  ],
  ['GitHub: a form with its payload in a field', 415, () => [formOfGithub()]],
  ['GitHub: no X-GitHub-Delivery', 400, () => [pushWithoutId()]],
  [
    'PayPal: a certificate of somebody who is not it',
    400,
    () => [
      captureCertifiedBy(paypal.serve(paypal.reissue({ name: 'evil.example.com' }).pem)),
      captureCertifiedBy(paypal.serve(paypal.selfSigned().pem)),
      captureCertifiedBy(paypal.serve(paypal.reissue({ until: new Date(Date.now() - SECOND) }).pem)),
      captureCertifiedBy(paypal.serve(paypal.reissue({ name: SANDBOX }).pem)),
    ],
  ],
  [
    'PayPal: another algorithm, none; another webhook, the id of the event for that of the webhook',
    400,
    () => [
      captureWith({ 'paypal-auth-algo': 'SHA1withRSA' }),
      captureWith({ 'paypal-auth-algo': 'none' }),
      paypal.deliver(captureBody(), { webhookId: 'WEBHOOK_ID' }),
      paypal.deliver(captureBody(), { webhookId: (JSON.parse(captureBody()) as { id: string }).id }),
    ],
  ],
];

/** The rows that stand elsewhere: the file and the name of the test. */
const ELSEWHERE: readonly [row: string, file: string, test: string][] = [
  ['an unknown provider; __proto__, constructor', 'http-contract', 'of no provider is answered 404'],
  [
    'a signature that is missing',
    'http-contract',
    'of any provider that is missing or wrong is answered 400',
  ],
  ['a signature header that comes twice', 'http-contract', 'that comes in two header lines is answered 400'],
  ['gzip; charset=utf-16', 'http-contract', 'of another %s is answered 415'],
  ['a body over the limit', 'http-contract', 'that is announced as too large is answered 413'],
  ['no JSON, null, a list, nothing; 100,000 levels', 'http-contract', 'that %s is answered 400 and named'],
  ['{"__proto__":{…}}', 'http-contract', 'with a field __proto__ is an event like any other'],
  ['a field twice', 'http-contract', 'with a field twice counts as what stands last, everywhere'],
  ['a delivery again', 'http-contract', 'that comes again is answered 200 with the same id'],
  ['a redelivery after processing failed', 'actions', 'which a redelivery of the event opens again'],
  ['GitHub: a body again under a new id', 'replays', 'is accepted and marked: honest ones can be equal'],
  ['PayPal: a forged body under a used id', 'replays', 'under its transmission id has no effect'],
  ['the database away', 'http-contract', 'answers 503 while the database is stopped, and loses nothing'],
  ['the queue away', 'lost-queue', 'does everything that it has acknowledged'],
];

describe('what is refused', () => {
  it.each(REFUSED)('%s: %i', async (_row, code, sentOf) => {
    for (const sent of sentOf()) await problemOf(await post(sent), code);
  });

  it('a request of one provider at the address of another: 400', async () => {
    for (const sent of await misdirected()) await problemOf(await post(sent), 400);
  });

  it('PayPal: a certificate of another address: 400, and nothing is fetched', async () => {
    const before = paypal.requests.length;
    for (const url of NOT_PAYPAL) await problemOf(await post(captureCertifiedBy(url)), 400);
    expect(paypal.requests.slice(before)).toEqual([]);
  });

  it('PayPal: an address that leads elsewhere: 400, and nobody goes there', async () => {
    const elsewhere = paypal.serve(paypal.reissue({}).pem);
    const { pathname } = new URL(elsewhere);
    const moved = paypal.serve((_request, response) => response.writeHead(302, { location: pathname }).end());
    await problemOf(await post(captureCertifiedBy(moved)), 400);
    expect(paypal.requests).not.toContain(pathname);
    expect((await post(captureCertifiedBy(elsewhere)).then(remember)).status).toBe(202);
  });

  it('PayPal: the host of certificates down: 503, and it comes again', async () => {
    const down = paypal.serve((request) => request.socket.destroy());
    await retryLater(await post(captureCertifiedBy(down)));
  });

  it('a secret that is blank or not set: 503, whatever an empty one would sign', async () => {
    const body = JSON.stringify(paymentBody());
    for (const secret of ['', ' ', ' , ', 'undefined']) {
      const stripe = { provider: 'stripe', headers: stripeSignature(body, secret), body };
      await retryLater(await post(stripe, bare));
      const digest = createHmac('sha256', secret).update(body).digest('hex');
      await retryLater(await post(pushSigned(`sha256=${digest}`, body), bare));
    }
  });
});

describe('what is accepted', () => {
  it('Stripe: two v1, of which either is right', async () => {
    const other = '0'.repeat(64);
    await accept(paymentWith((time, v1) => `t=${time},v1=${v1},v1=${other}`));
    await accept(paymentWith((time, v1) => `t=${time},v1=${other},v1=${v1}`));
  });

  it('an emoji and lines that end in CRLF, byte for byte', async () => {
    const body = `${JSON.stringify({ ...paymentBody(), note: '😀' }, null, 2).replaceAll('\n', '\r\n')}\r\n`;
    await accept(paymentOf(body));
  });

  it('the same delivery twenty times at once, as one event that is processed once', async () => {
    const sent = payment();
    const replies = await inParallel(Array<Sent>(20).fill(sent), 20, (each) => post(each));
    expect(replies.map(({ status }) => status).sort()).toEqual([...Array<number>(19).fill(200), 202]);
    const ids = await Promise.all(replies.map(async (reply) => ((await reply.json()) as { id: string }).id));
    expect(new Set(ids).size).toBe(1);
    accepted.add(ids[0]!);
    const { runs } = await service.settled(ids[0]!);
    expect(runs).toMatchObject([{ status: 'completed', attempts: 1, steps: [{}, {}] }]);
  });

  it("GitHub's ping, of which nothing is made but a line of the log", async () => {
    const id = await accept(githubDelivery(service, 'ping', sampleBody('github', 'ping')));
    expect((await service.settled(id)).runs).toMatchObject([{ workflow: 'log', status: 'completed' }]);
  });

  it("Stripe's thin event", async () => {
    const id = await accept(
      stripeDelivery(service, {
        id: `evt_test_${randomUUID()}`,
        object: 'v2.core.event',
        type: 'v1.billing.meter.error_report_triggered',
        created: new Date().toISOString(),
        related_object: { id: 'mtr_1', type: 'billing.meter', url: '/v1/billing/meters/mtr_1' },
      }),
    );
    expect(await service.settled(id)).toMatchObject({ status: 'completed', entity: 'mtr_1' });
  });

  it('Stripe: an event of test mode, signed with our secret: which mode it is, stands in its payload', async () => {
    const id = await accept(payment({ livemode: false }));
    expect(await service.settled(id)).toMatchObject({ payload: { livemode: false } });
  });

  it('Stripe: an event of an account that nobody knows, under that account', async () => {
    const id = await accept(payment({ account: 'acct_of_a_stranger' }));
    expect(await service.settled(id)).toMatchObject({ account: 'acct_of_a_stranger' });
  });

  it('Stripe: a payment of a wrong amount, of which no order is fulfilled', async () => {
    const { data, ...event } = paymentBody() as { data: { object: object } };
    const object = { ...data.object, amount_received: 1, metadata: { order_id: 'order-of-9999' } };
    const id = await accept(stripeDelivery(service, { ...event, data: { object } }));
    const { runs } = await service.settled(id);
    expect(runs.map(({ workflow }) => workflow)).toEqual(['stripe-payment-succeeded']);
  });
});

describe('what is tested elsewhere', () => {
  it.each(ELSEWHERE)('%s: %s', (_row, file, test) => {
    expect(readFileSync(resolve(__dirname, `${file}.test.ts`), 'utf8')).toContain(test);
  });
});

describe('after all of that', () => {
  it('the service is the same process, and takes what is genuine', async () => {
    expect([service.child.exitCode, bare.child.exitCode]).toEqual([null, null]);
    await accept(payment());
    await accept(push());
    await accept(paypal.deliver(captureBody()));
  });

  it('there is a row for every event that was accepted, and for nothing else', async () => {
    const { rows } = await backends.pool.query<{ id: string }>('SELECT id FROM events');
    expect(rows.map(({ id }) => id).sort()).toEqual([...accepted].sort());
  });

  it('nothing was logged as an error', async () => {
    for (const id of accepted) await service.settled(id);
    for (const each of [service, bare]) expect(await readLog(each, 'error.log')).toEqual([]);
  });
});

function pushSigned(signature: string, body: string): Sent {
  const headers = {
    'x-github-event': 'push',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': signature,
  };
  return { provider: 'github', headers, body };
}

async function remember(reply: Response): Promise<Response> {
  accepted.add(((await reply.clone().json()) as { id: string }).id);
  return reply;
}

async function accept(sent: SentOrPromised): Promise<string> {
  const reply = await post(sent);
  expect({ code: reply.status, body: await reply.clone().json() }).toMatchObject({ code: 202 });
  const { id } = (await reply.json()) as { id: string };
  accepted.add(id);
  return id;
}
