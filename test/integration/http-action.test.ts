import { randomUUID } from 'node:crypto';
import type { Performer, StepContext } from '../../src/act/action.js';
import { HttpPerformer, type HttpInput, type HttpOutput } from '../../src/act/actions/http.action.js';
import { ActionError, defineWorkflow, type FailureCode } from '../../src/model/index.js';
import { readConfig } from '../../src/platform/config/index.js';
import type { ClaimedRun } from '../../src/store/index.js';
import { eventually } from '../support/eventually.js';
import { HttpTarget, type TargetBehaviour } from '../support/http-target.js';
import { executionsBy } from '../support/executions.js';
import { newEvent, openStores, type TestStores } from '../support/stores.js';

const TIMEOUT_MS = 300;

let target: HttpTarget;
const performers: HttpPerformer[] = [];
/** With the target named `shop`. */
let performer: HttpPerformer;

beforeAll(async () => {
  target = await HttpTarget.start();
  performer = performerWith();
});

beforeEach(() => target.open());

afterAll(async () => {
  for (const each of performers) await each.onApplicationShutdown();
  await target.close();
  expect(target.complaints).toEqual([]);
});

function performerWith(environment: Readonly<Record<string, string>> = {}): HttpPerformer {
  const config = readConfig(
    {
      HTTP_TARGETS: `shop=${target.url}/api`,
      HTTP_SIGNING_SECRET: target.secret,
      HTTP_TIMEOUT_MS: String(TIMEOUT_MS),
      ...environment,
    },
    [],
  );
  const made = new HttpPerformer(config);
  performers.push(made);
  return made;
}

function contextOf(idempotencyKey: string, signal = new AbortController().signal): StepContext {
  const { event, runs } = newEvent();
  const entry = { name: 'ship', action: 'http', inputHash: Buffer.alloc(32), idempotencyKey };
  return { event, lease: { runId: runs[0]!.id, epoch: 1 }, entry, logIds: {}, signal };
}

/** Sends to the target under its name. */
const send = (path: string, body: unknown = {}, key: string = randomUUID()): Promise<HttpOutput> =>
  performer.perform({ target: 'shop', path, body }, contextOf(key));

const faultOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Fails unless an action error with this code is thrown, and gives it. */
async function expectFailure(code: FailureCode, work: Promise<unknown>): Promise<ActionError> {
  const error = await faultOf(work);
  expect(error).toBeInstanceOf(ActionError);
  expect(error).toMatchObject({ code });
  return error as ActionError;
}

describe('a request', () => {
  it('is JSON, signed, with the idempotency key, and gives the reply', async () => {
    const body = { order: 'größe ✓ \ud83d\ude00', items: [1, null, 'a"b\u2028'] };
    const headers = { 'X-Source': 'events', Accept: 'application/json' };
    const output = await performer.perform(
      { target: 'shop', path: '/shipments?dry=1', body, headers },
      contextOf('run-1:ship'),
    );

    expect(output).toEqual({ status: 200, body: { repeated: false } });
    const [received, ...others] = target.receivedAt('/api/shipments?dry=1');
    expect(others).toEqual([]);
    expect(received).toMatchObject({
      idempotencyKey: 'run-1:ship',
      body,
      headers: {
        'content-type': 'application/json',
        'webhook-id': 'run-1:ship',
        'x-source': 'events',
        accept: 'application/json',
      },
    });
  });

  it('that is sent again has the same key, and is done once', async () => {
    await send('/twice', { n: 1 }, 'twice');
    expect((await send('/twice', { n: 1 }, 'twice')).body).toEqual({ repeated: true });
    expect(target.receivedAt('/api/twice')).toHaveLength(2);
    expect(target.effects.get('twice')).toBe(1);
  });

  it('uses the connection of the one before', async () => {
    await send('/first');
    const before = target.connections;
    for (let n = 0; n < 5; n++) await send('/next');
    expect(target.connections).toBe(before);
  });

  it('of many at once shares no more connections than runs may be in hand', async () => {
    const few = performerWith({ WORKER_CONCURRENCY: '3' });
    const before = target.connections;
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        few.perform({ target: 'shop', path: '/many', body: n }, contextOf(`many-${n}`)),
      ),
    );
    expect(target.connections - before).toBe(3);
    expect(target.receivedAt('/api/many')).toHaveLength(20);
  });

  it.each<[string, Extract<TargetBehaviour, object>, unknown]>([
    ['nothing', { status: 204 }, ''],
    ['a text', { status: 201, body: 'größe' }, 'größe'],
    ['JSON by another name', { status: 200, headers: { 'content-type': 'text/plain' }, body: '{}' }, '{}'],
    [
      'JSON of a kind',
      { status: 200, headers: { 'content-type': 'application/problem+json; charset=utf-8' }, body: '[1]' },
      [1],
    ],
    ['no JSON at all', { status: 200, headers: { 'content-type': 'application/json' }, body: '{' }, '{'],
  ])('may be answered with %s', async (name, reply, body) => {
    target.plan('/api/reply', reply);
    expect(await send('/reply', name)).toEqual({ status: reply.status, body });
  });

  it.each<[string, TargetBehaviour]>([
    ['a text that never ends', 'take and never stop'],
    ['a text that is too long', { status: 200, body: 'x'.repeat(5_000_000) }],
  ])('that is answered with %s is done, and 64 KB of it are kept', async (name, behaviour) => {
    target.plan('/api/long', behaviour);
    expect(await send('/long', name)).toEqual({ status: 200, body: 'x'.repeat(64 * 1024) });
    expect((await send('/long')).status).toBe(200);
  });
});

describe('a target that is not there for now', () => {
  it.each([408, 425, 429, 500, 502, 503, 504, 599])('says so by %d', async (status) => {
    target.plan('/api/status', status);
    const error = await expectFailure('target_unavailable', send('/status'));
    expect(error.message).toBe(`127.0.0.1:${new URL(target.url).port} answered ${status}`);
    expect(error.retryAfterMs).toBeUndefined();
  });

  it.each([429, 503])('may say with %d when it wants to be asked again', async (status) => {
    target.plan('/api/later', { status, headers: { 'retry-after': '7' }, body: 'Too\n  busy' });
    const error = await expectFailure('target_unavailable', send('/later'));
    expect(error.retryAfterMs).toBe(7000);
    expect(error.message).toContain(`answered ${status}: Too busy`);
  });

  it.each(['hang', 'take and hang', 'hang up', 'take and hang up', 'take and drip', 'down'] as const)(
    '(%s) takes the same request later',
    async (behaviour) => {
      const key = randomUUID();
      target.plan('/api/faulty', behaviour);
      await expectFailure('target_unavailable', send('/faulty', 'same', key));
      const wasTaken = target.effects.has(key);
      expect(wasTaken).toBe(behaviour.startsWith('take'));
      expect(await send('/faulty', 'same', key)).toMatchObject({ body: { repeated: wasTaken } });
      expect(target.effects.get(key)).toBe(1);
    },
  );

  it('may have nothing that listens', async () => {
    await target.close();
    // The first one may find out that the kept connection was cut.
    await expectFailure('target_unavailable', send('/closed'));
    const error = await expectFailure('target_unavailable', send('/closed'));
    expect(error.message).toContain('ECONNREFUSED');
    await target.open();
    expect(await send('/closed')).toMatchObject({ status: 200 });
  });

  it('may have a name that nobody knows', async () => {
    const lost = performerWith({ HTTP_TARGETS: 'lost=http://nowhere.invalid' });
    const error = await expectFailure(
      'target_unavailable',
      lost.perform({ target: 'lost', path: '/', body: {} }, contextOf('lost')),
    );
    expect(error.message).toMatch(/nowhere\.invalid: .*(ENOTFOUND|EAI_AGAIN)/);
  });

  it('may speak no HTTPS', async () => {
    const plain = performerWith({ HTTP_TARGETS: `plain=${target.url.replace('http:', 'https:')}` });
    await expectFailure(
      'target_unavailable',
      plain.perform({ target: 'plain', path: '/', body: {} }, contextOf('plain')),
    );
  });
});

describe('a target that refuses', () => {
  it.each([400, 401, 403, 404, 409, 410, 422, 451, 300, 304])('says so by %d', async (status) => {
    target.plan('/api/refused', status);
    const error = await expectFailure('target_refused', send('/refused'));
    expect(error.message).toContain(`answered ${status}`);
  });

  it('says why, and that stands in the failure', async () => {
    target.plan('/api/why', { status: 422, body: `no such order ${'x'.repeat(1000)}` });
    const error = await expectFailure('target_refused', send('/why'));
    expect(error.message).toMatch(/answered 422: no such order x{186}$/);
  });

  it.each([301, 302, 303, 307, 308])('may redirect with %d, which is not followed', async (status) => {
    target.plan('/api/moved', { status, headers: { location: `${target.url}/elsewhere` } });
    await expectFailure('target_refused', send('/moved'));
    expect(target.receivedAt('/elsewhere')).toEqual([]);
  });
});

describe('a URL that may come out of an event', () => {
  const post = (url: string, by = performer): Promise<HttpOutput> =>
    by.perform({ url, body: {} }, contextOf(randomUUID()));
  const portOf = (): string => new URL(target.url).port;

  it.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    'localhost',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0',
  ])('leads nowhere at https://%s', async (host) => {
    const before = target.connections;
    const error = await expectFailure('input_invalid', post(`https://${host}:${portOf()}/`));
    expect(error.message).toMatch(/is not a public address; if it is meant, .* HTTP_ALLOW_PRIVATE=yes/);
    expect(target.connections).toBe(before);
  });

  it('must not be http://', async () => {
    const before = target.connections;
    await expectFailure('input_invalid', post(target.url));
    expect(target.connections).toBe(before);
  });

  it('may lead to private addresses where the operator allows it', async () => {
    const open = performerWith({ HTTP_ALLOW_PRIVATE: 'yes' });
    expect(await post(`http://localhost:${portOf()}/free`, open)).toMatchObject({ status: 200 });
    expect(target.receivedAt('/free')).toHaveLength(1);
  });
});

describe('the circuit', () => {
  it('is the one of the target that an input needs', () => {
    expect(performer.circuit({ target: 'shop', path: '/', body: {} })).toBe(
      `http:127.0.0.1:${new URL(target.url).port}`,
    );
    expect(performer.circuit({ url: 'https://shop.example.org/x', body: {} })).toBe(
      'http:shop.example.org:443',
    );
  });

  it.each([{ target: 'shoop', path: '/' }, { url: 'shop.example.org' }, {}, null, undefined])(
    'is none for %j, which is refused anyhow',
    (input) => {
      expect(performer.circuit(input as HttpInput)).toBeUndefined();
    },
  );
});

describe('what is never sent', () => {
  it.each<[string, unknown]>([
    ['to an unknown target', { target: 'shoop', path: '/', body: {} }],
    ['without a body', { target: 'shop', path: '/' }],
    [
      "with a header that is not a workflow's",
      { target: 'shop', path: '/', body: {}, headers: { Host: 'x' } },
    ],
  ])('is a request %s', async (_, input) => {
    const before = target.received.length;
    await expectFailure('input_invalid', performer.perform(input as HttpInput, contextOf('never')));
    expect(target.received).toHaveLength(before);
  });

  it('is a request that nobody can sign', async () => {
    const unsigned = performerWith({ HTTP_SIGNING_SECRET: '' });
    const input: HttpInput = { target: 'shop', path: '/', body: {} };
    const error = await expectFailure('input_invalid', unsigned.perform(input, contextOf('unsigned')));
    expect(error.message).toContain('HTTP_SIGNING_SECRET must be set');
  });

  it('is a request with a key that no header can carry', async () => {
    await expectFailure('input_invalid', send('/', {}, 'line\nbreak'));
  });
});

describe('a step of a run', () => {
  let stores: TestStores;
  let begin: ReturnType<typeof executionsBy>;
  const going = new AbortController().signal;

  beforeAll(async () => {
    stores = await openStores();
    begin = executionsBy(stores, [performer]);
  });

  afterAll(() => stores.close());

  const ship = (path: string) =>
    defineWorkflow({
      name: 'ship',
      version: 1,
      on: { provider: 'stripe', type: 'charge.refunded' },
      steps: [
        { name: 'ship', action: performer.action, input: () => ({ target: 'shop', path, body: { path } }) },
      ],
    });

  const execute = (run: ClaimedRun, path: string, signal = going) => begin(run, ship(path)).doSteps(signal);

  /** The run as the next worker claims it, after this one lost its lease. */
  async function claimAgain({ lease }: ClaimedRun): Promise<ClaimedRun> {
    await stores.expireLease(lease.runId);
    return stores.claim(lease.runId);
  }

  const entryOf = (run: ClaimedRun, name: string) => ({
    name,
    action: 'http',
    inputHash: Buffer.alloc(32),
    idempotencyKey: `${run.lease.runId}:${name}`,
  });

  it('keeps the reply as the output of the step', async () => {
    const run = await stores.claimNew();
    expect(await execute(run, '/kept')).toEqual({ outcome: 'completed' });
    expect((await claimAgain(run)).ledger.get('ship')).toEqual({
      status: 'done',
      output: { status: 200, body: { repeated: false } },
    });
  });

  it('sends again with the same key what may have been done', async () => {
    target.plan('/api/lost', 'take and hang up');
    const run = await stores.claimNew();
    expect(await execute(run, '/lost')).toMatchObject({
      outcome: 'failed',
      failure: { code: 'target_unavailable', step: 'ship', retryable: true },
    });
    expect(await execute(await claimAgain(run), '/lost')).toEqual({ outcome: 'completed' });

    const key = `${run.lease.runId}:ship`;
    expect(target.receivedAt('/api/lost').map(({ idempotencyKey }) => idempotencyKey)).toEqual([key, key]);
    expect(target.effects.get(key)).toBe(1);
  });

  it('sends again with the same key what a crash cut off', async () => {
    const crashed = await stores.claimNew();
    await stores.steps.begin(crashed.lease, entryOf(crashed, 'ship'), true);
    expect(await execute(await claimAgain(crashed), '/crashed')).toEqual({ outcome: 'completed' });
    expect(target.receivedAt('/api/crashed')).toHaveLength(1);
  });

  it('gives a run back whose request is in hand when it has to stop, and that is no failure', async () => {
    target.plan('/api/stopped', 'take and hang');
    const interrupt = new AbortController();
    const run = await stores.claimNew();
    const execution = execute(run, '/stopped', interrupt.signal);
    await eventually(
      () => target.receivedAt('/api/stopped')[0],
      5_000,
      () => 'no request came',
    );
    interrupt.abort();
    expect(await execution).toEqual({ outcome: 'interrupted' });

    const again = await claimAgain(run);
    expect(again.ledger.get('ship')).toEqual({ status: 'started', output: null });
    expect(await execute(again, '/stopped')).toEqual({ outcome: 'completed' });
    expect(target.effects.get(`${run.lease.runId}:ship`)).toBe(1);
  });

  it('takes a fault in the code for one, not for an unknown outcome', async () => {
    const faulty: Performer<unknown, unknown> = {
      action: performer.action,
      perform: () => Promise.reject(new TypeError('x is not a function')),
    };
    const run = await stores.claimNew();
    const begun = executionsBy(stores, [faulty])(run, ship('/fault'));
    expect(await begun.doSteps(going)).toMatchObject({ failure: { code: 'unexpected', retryable: true } });
  });

  it.each([
    ['a NUL', '{"text":"a\\u0000b"}', '{"text":"a\\u0000b"}'],
    ['half a pair', '{"text":"\\ud800"}', '{"text":"\\ud800"}'],
    ['such a name', '{"\\u0000":1}', '{"\\u0000":1}'],
    ['levels without end', '['.repeat(30_000) + ']'.repeat(30_000), '['.repeat(30_000) + ']'.repeat(30_000)],
    ['raw bytes', 'a\0b', 'ab'],
  ])('keeps an answer with %s, though the database takes no such thing', async (name, body, kept) => {
    const path = `/odd-${name.replaceAll(' ', '-')}`;
    target.plan(`/api${path}`, { status: 200, headers: { 'content-type': 'application/json' }, body });
    const run = await stores.claimNew();
    expect(await execute(run, path)).toEqual({ outcome: 'completed' });
    expect((await claimAgain(run)).ledger.get('ship')?.output).toEqual({ status: 200, body: kept });
  });
});
