import { randomUUID } from 'node:crypto';
import type { RejectedRequestPage, RejectedRequestView } from '../../src/ops/rejected-request.dto.js';
import { RejectedRequestStore } from '../../src/store/index.js';
import { openBackends, type TestBackends } from '../support/backends.js';
import {
  githubDelivery,
  sampleBody,
  send,
  stripeDelivery,
  type TestDelivery,
} from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { problemOf, retryLater } from '../support/problem.js';
import { runProgram, type Ending } from '../support/program.js';
import { rejection } from '../support/rejections.js';
import { TestService } from '../support/service.js';

const DOCTOR = 'ops/commands/doctor.js';
const PATH = '/api/v1/rejected-requests';
const NOTHING = '01890000-0000-7000-8000-000000000000';
const HOUR = 3_600_000;

/** The secret that the providers have, and what somebody has made of it. */
const SECRET = 'whsec_4f1f3c1d8b7a6e5d';
const MISTYPED = 'whsec_4f1f3c1d 8b7a6e5d';

const signer = { secret: () => SECRET };

let backends: TestBackends;
let service: TestService;

beforeAll(async () => {
  backends = await openBackends('postgres');
});

afterAll(() => backends.close());

/** A service of the same database, with other secrets. */
async function restart(env: Record<string, string>): Promise<void> {
  if ((service as TestService | undefined) !== undefined) expect(await service.stop()).toBe(0);
  service = await TestService.start({ env: { ...backends.env, ...env } });
}

const payment = (timestamp?: number): TestDelivery =>
  stripeDelivery(signer, sampleBody('stripe', 'payment_intent.succeeded'), timestamp);

async function held(query = ''): Promise<RejectedRequestPage['items']> {
  const reply = await service.get(`${PATH}?state=held&limit=200&${query}`);
  return ((await reply.json()) as RejectedRequestPage).items;
}

/** Requests are held after they are answered. */
async function heldBody(body: string): Promise<RejectedRequestPage['items'][number]> {
  return eventually(
    async () => {
      const found = await Promise.all((await held()).map(async ({ id }) => [id, await look(id)] as const));
      return found.find(([, request]) => request.body === body)?.[1];
    },
    15_000,
    () => 'the request is not held',
  );
}

async function look(id: string): Promise<RejectedRequestView> {
  return (await (await service.get(`${PATH}/${id}`)).json()) as RejectedRequestView;
}

async function doctor(args: readonly string[], env = {}): Promise<Ending> {
  const port = new URL(service.url).port;
  return runProgram(DOCTOR, { args, folder: service.folder, env: { ...service.env, PORT: port, ...env } });
}

const causes = ({ diagnosis }: RejectedRequestView): (string | undefined)[] =>
  (diagnosis?.findings ?? []).map(({ cause }) => cause);

describe('while a wrong secret is set', () => {
  const delivery = payment();

  beforeAll(() => restart({ STRIPE_WEBHOOK_SECRET: MISTYPED, GITHUB_WEBHOOK_SECRET: '' }));

  it('a refused delivery is held, with headers of the list only, and its sender learns nothing more', async () => {
    const credentials = { authorization: 'Bearer not-yours', cookie: 'a=b', 'x-api-key': 'not-yours' };
    const reply = await service.post('stripe', { ...delivery.headers, ...credentials }, delivery.body);
    const problem = await problemOf(reply, 400);
    expect(Object.keys(problem).sort()).toEqual(['correlationId', 'reason', 'status', 'title', 'type']);
    expect(problem).toMatchObject({ reason: 'signature_mismatch', title: 'Signature not accepted' });

    const request = await heldBody(delivery.body);
    expect(request).toMatchObject({
      provider: 'stripe',
      reason: 'signature_mismatch',
      times: 1,
      state: 'held',
    });
    const { headers } = await look(request.id);
    expect(Object.keys(headers)).toEqual(expect.arrayContaining(['stripe-signature', 'content-type']));
    expect(headers['stripe-signature']).toEqual([delivery.headers['stripe-signature']]);
    expect(JSON.stringify(headers)).not.toMatch(/not-yours|cookie|authorization|api-key/i);
    expect(await service.events()).toEqual([]);
  });

  it('the doctor says what is the matter with it, and no secret', async () => {
    const { id } = await heldBody(delivery.body);
    const { code, output } = await doctor([id]);
    expect(output).toMatch(/✗ STRIPE_WEBHOOK_SECRET has white space inside that is not part of the secret/);
    expect(output).toContain('→ Take that out of STRIPE_WEBHOOK_SECRET');
    expect(output).not.toContain('4f1f3c1d');
    expect(code).toBe(0);
    expect(await (await service.get(`${PATH}/${id}`)).text()).not.toContain('4f1f3c1d');
  });

  it('it cannot be released, and stays held', async () => {
    const { id } = await heldBody(delivery.body);
    expect(await problemOf(await service.order(`${PATH}/${id}/release`, {}), 409)).toMatchObject({
      detail: expect.stringContaining('still refused: signature_mismatch') as string,
    });
    const { code, output } = await doctor([id, '--release']);
    expect(output).toContain('409 Conflict: It is still refused: signature_mismatch');
    expect(code).toBe(1);
    expect(await look(id)).toMatchObject({ state: 'held' });
  });

  it('the same delivery again is counted', async () => {
    await send(service, delivery);
    await send(service, delivery);
    await eventually(
      async () => ((await heldBody(delivery.body)).times === 3 ? true : undefined),
      15_000,
      () => 'it is not counted',
    );
  });

  it('a delivery to a provider without a secret is held, too', async () => {
    const push = await githubDelivery(signer, 'push', sampleBody('github', 'push'));
    expect(await retryLater(await send(service, push))).toMatchObject({ title: 'Provider not configured' });
    const { id, reason } = await heldBody(push.body);
    expect(reason).toBe('unconfigured');
    expect(causes(await look(id))).toEqual(['no_secret_set']);
    expect((await doctor([id])).output).toContain('Set GITHUB_WEBHOOK_SECRET, start the service again');
  });

  it('what is held is listed', async () => {
    const { code, output } = await doctor([]);
    expect(output).toMatch(/ stripe {2}signature_mismatch {2}\d+ bytes from 127\.0\.0\.1, 3 times$/m);
    expect(output).toMatch(/ github {2}unconfigured /);
    expect(output).toMatch(/^2 held$/m);
    expect(code).toBe(0);
    expect((await doctor(['--provider', 'paypal'])).output).toBe('Nothing is held');
    const { items, nextCursor } = (await (
      await service.get(`${PATH}?limit=1`)
    ).json()) as RejectedRequestPage;
    expect(items).toHaveLength(1);
    const next = await service.get(`${PATH}?limit=1&cursor=${nextCursor}`);
    expect(((await next.json()) as RejectedRequestPage).items[0]?.id).not.toBe(items[0]?.id);
  });
});

describe('once the secret is mended', () => {
  /** Signed and received an hour ago, and signed an hour ago, received now. */
  const anHourAgo = new Date(Date.now() - HOUR);
  const old = payment(Math.floor(anHourAgo.getTime() / 1000));
  const replayed = payment(Math.floor(anHourAgo.getTime() / 1000));

  const requestOf = ({ headers, body }: TestDelivery, receivedAt: Date) =>
    rejection({
      receivedAt,
      body: Buffer.from(body),
      headers: { 'stripe-signature': [headers['stripe-signature'] ?? ''] },
    });
  const [oldRequest, replayedRequest] = [requestOf(old, anHourAgo), requestOf(replayed, new Date())];

  beforeAll(async () => {
    const bounds = { quarantineRequests: 1_000, quarantineMegabytes: 64, quarantineDays: 7 };
    await new RejectedRequestStore(backends.pool, bounds).hold([oldRequest, replayedRequest]);
    await restart({
      STRIPE_WEBHOOK_SECRET: SECRET,
      GITHUB_WEBHOOK_SECRET: SECRET,
      // For the groups after this one.
      GITLAB_TOKEN_WEBHOOK_SECRET: 'another',
      FAILED_VERIFICATIONS: '1',
    });
  });

  it('the doctor says so', async () => {
    const requests = await held('provider=stripe&reason=signature_mismatch');
    const views = await Promise.all(requests.map(({ id }) => look(id)));
    expect(views.filter((view) => causes(view)[0] === 'verifies_now')).toHaveLength(2);
  });

  it('a release is judged by when the request came: an hour old, and its signature with it', async () => {
    const reply = await service.order(`${PATH}/${oldRequest.id}/release`, { reason: 'secret mended' });
    expect(reply.status).toBe(200);
    const { eventIds } = (await reply.json()) as { eventIds: string[] };
    const event = await service.settled(eventIds[0] ?? '');
    expect(event).toMatchObject({ status: 'completed', payload: JSON.parse(old.body) as unknown });
    expect(await look(oldRequest.id)).toMatchObject({
      state: 'released',
      eventIds,
      body: null,
      diagnosis: null,
    });
  });

  it('what was signed an hour before it came stays refused, and the doctor says by how much', async () => {
    const { id } = replayedRequest;
    await problemOf(await service.order(`${PATH}/${id}/release`, {}), 409);
    expect(await look(id)).toMatchObject({ state: 'held', reason: 'timestamp_stale' });
    expect((await doctor([id])).output).toContain(
      'Its signature is right, but 60 minutes older than the request',
    );
  });

  it('releases of the same request at the same time make one event, which is processed once', async () => {
    const [request] = await held('reason=signature_mismatch');
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => service.order(`${PATH}/${request?.id}/release`, {})),
    );
    const bodies = await Promise.all(replies.map((reply) => reply.json() as Promise<{ eventIds: string[] }>));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(bodies.flatMap(({ eventIds }) => eventIds)).size).toBe(1);
    const event = await service.settled(bodies[0]?.eventIds[0] ?? '');
    expect(event.runs.map(({ attempts }) => attempts)).toEqual([1]);
    const { rows } = await backends.pool.query(
      `SELECT actor FROM audit WHERE action = 'request_released' AND subject = $1`,
      [request?.id],
    );
    expect(rows).toEqual([{ actor: 'ops' }]);
    expect((await doctor([request?.id ?? ''])).output).toContain(`Released as event ${event.id}`);
  });

  it('all of a provider are released by the command, and what fails again is told', async () => {
    const github = await doctor(['--provider', 'github', '--release', '--reason', 'secret set']);
    expect(github).toEqual({ code: 0, output: '1 released' });
    const rest = await doctor(['--all', '--release']);
    expect(rest).toEqual({ code: 1, output: '0 released\n1 still refused: timestamp_stale' });
    const [push] = await service.events('provider=github');
    expect((await service.settled(push?.id ?? '')).status).toBe('completed');
    const { rows } = await backends.pool.query<{ detail: object }>(
      'SELECT detail FROM audit ORDER BY id DESC LIMIT 1',
    );
    expect(rows[0]?.detail).toMatchObject({ provider: 'github', eventIds: [push?.id], reason: 'secret set' });
    expect(await service.events('provider=stripe')).toHaveLength(2);
  });

  it('many are released in the order in which they came, page by page', async () => {
    const deliveries = Array.from({ length: 45 }, () => payment());
    const bounds = { quarantineRequests: 1_000, quarantineMegabytes: 64, quarantineDays: 7 };
    const requests = deliveries.map((delivery) => requestOf(delivery, new Date()));
    await new RejectedRequestStore(backends.pool, bounds).hold(requests);
    const { output } = await doctor([
      '--provider',
      'stripe',
      '--refused-as',
      'signature_mismatch',
      '--release',
    ]);
    expect(output).toBe('45 released');
    const keys = (await service.events('provider=stripe')).slice(0, 45).map(({ deliveryKey }) => deliveryKey);
    expect(keys.reverse()).toEqual(deliveries.map(({ body }) => (JSON.parse(body) as { id: string }).id));
  });

  it('what is signed and no event is held with its faults, and discarded', async () => {
    const delivery = stripeDelivery(signer, { id: randomUUID(), object: 'event' });
    const problem = await problemOf(await send(service, delivery), 400);
    expect(problem).toMatchObject({ title: 'Not a valid event' });
    const { id, reason, faults } = await heldBody(delivery.body);
    expect({ reason, errors: faults }).toMatchObject({ reason: 'invalid', errors: problem['errors'] });
    expect((await doctor([id])).output).toContain(
      'It is signed, but it is not what stripe is known to send: ',
    );
    expect(await problemOf(await service.order(`${PATH}/${id}/release`, {}), 409)).toMatchObject({
      errors: problem['errors'],
    });

    expect(await doctor([id, '--discard', '--reason', 'a test'])).toEqual({
      code: 0,
      output: `Request ${id} is discarded`,
    });
    expect((await doctor([id])).output).toMatch(/Discarded$/);
    await problemOf(await service.order(`${PATH}/${id}/discard`, {}), 409);
    await problemOf(await service.order(`${PATH}/${id}/release`, {}), 409);
    const { rows } = await backends.pool.query('SELECT action, detail FROM audit WHERE subject = $1', [id]);
    expect(rows).toMatchObject([{ action: 'request_discarded', detail: { reason: 'a test' } }]);
  });
});

describe('a provider whose header is the secret itself', () => {
  const HIDDEN = 'glpat-4f1f3c1d8b7a6e5d';

  it('is held without it, cannot be released, and the doctor says so', async () => {
    const body = JSON.stringify({ object_kind: 'push', number: randomUUID() });
    const headers = {
      'x-gitlab-token': HIDDEN,
      'x-gitlab-event': 'Push Hook',
      'x-gitlab-event-uuid': randomUUID(),
    };
    expect((await service.post('gitlab-token', headers, body)).status).toBe(400);
    const request = await heldBody(body);
    expect(request.reason).toBe('signature_mismatch');
    expect(causes(await look(request.id))).toEqual(['secret_not_kept']);
    await problemOf(await service.order(`${PATH}/${request.id}/release`, {}), 409);
    expect((await look(request.id)).reason).toBe('signature_mismatch');
    const { rows } = await backends.pool.query<{ row: string }>(
      'SELECT row_to_json(r)::text AS row FROM rejected_requests r',
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.map(({ row }) => row).join()).not.toContain(HIDDEN);
  });
});

describe('whoever fails too often to be told why', () => {
  it('is held all the same: it may be a provider whose secret is mistyped here', async () => {
    const deliveries = Array.from({ length: 3 }, () =>
      stripeDelivery({ secret: () => 'whsec_other' }, sampleBody('stripe', 'payment_intent.succeeded')),
    );
    const statuses = [];
    for (const delivery of deliveries) statuses.push((await send(service, delivery)).status);
    expect(statuses).toContain(429);
    for (const { body } of deliveries) expect((await heldBody(body)).reason).toBe('signature_mismatch');
  });
});

describe('whoever has no business there', () => {
  it('reads nothing, and releases nothing, without the token', async () => {
    for (const path of ['', `/${NOTHING}`]) await problemOf(await fetch(service.url + PATH + path), 401);
    for (const path of ['/release', `/${NOTHING}/release`, `/${NOTHING}/discard`]) {
      await problemOf(await fetch(service.url + PATH + path, { method: 'POST', body: '{"all":true}' }), 401);
    }
  });

  it.each(['x', NOTHING, '..%2F..%2Fevents'])('finds no request %s', async (id) => {
    await problemOf(await service.get(`${PATH}/${id}`), 404);
    await problemOf(await service.order(`${PATH}/${id}/release`, {}), 404);
    await problemOf(await service.order(`${PATH}/${id}/discard`, {}), 404);
  });

  it.each(['?limit=0', '?limit=201', '?cursor=x', '?state=gone', '?provider=a%00b', '?everything=1'])(
    'is told what is wrong with %s',
    async (query) => {
      await problemOf(await service.get(PATH + query), 400);
    },
  );

  it.each([
    {},
    { filter: {} },
    { all: false },
    { filter: { state: 'released' } },
    { filter: null },
    { cursor: 'x' },
  ])('is told what is wrong with the order %j', async (order) => {
    await problemOf(await service.order(`${PATH}/release`, order), 400);
  });
});

describe('npm run doctor', () => {
  it.each([
    ['two ids', [NOTHING, NOTHING]],
    ['nothing to release', ['--release']],
    ['a filter to discard', ['--provider', 'stripe', '--discard']],
    ['an id and a filter', [NOTHING, '--provider', 'stripe']],
    ['both', [NOTHING, '--release', '--discard']],
    ['a reason for nothing', [NOTHING, '--reason', 'why']],
    ['an unknown option', ['--cure']],
  ])('explains itself when it is given %s', async (_what, args) => {
    const { code, output } = await doctor(args);
    expect(output).toContain('npm run doctor -- <id> --release');
    expect(output).not.toMatch(/ at .*\.(js|ts):\d+/);
    expect(code).toBe(2);
  });

  it.each([
    ['an unknown request', [NOTHING], {}, '404 No such request'],
    ['a wrong token', [], { OPS_TOKEN: 'wrong' }, '401 Unauthorized: the OPS_TOKEN'],
    ['a service that is away', ['--url', 'http://127.0.0.1:9'], {}, 'Is it running?'],
  ])('says in a sentence what is the matter with %s', async (_what, args, env, sentence) => {
    const { code, output } = await doctor(args, env);
    expect(output).toContain(sentence);
    expect(output).not.toMatch(/ at .*\.(js|ts):\d+/);
    expect(code).toBe(1);
  });

  it('ends with the service', async () => {
    expect(await service.stop()).toBe(0);
  });
});
