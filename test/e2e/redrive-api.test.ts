import { Queue } from 'bullmq';
import type { DeadLetterPage } from '../../src/ops/dead-letter.dto.js';
import type { EventView } from '../../src/ops/event.dto.js';
import type { EventRedriveView, PreviewView, RedriveView, RedrivenRun } from '../../src/ops/redrive.dto.js';
import type { QueueConnections } from '../../src/platform/queue/index.js';
import type { DeadLetterJob } from '../../src/process/dead-letter-mirror.js';
import { readInstallationId } from '../../src/store/index.js';
import { connectTestQueue, openBackends, QUEUE_BACKENDS, type TestBackends } from '../support/backends.js';
import { githubDelivery, sampleBody, send, stripeDelivery } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { MailServer } from '../support/mail-server.js';
import { problemOf } from '../support/problem.js';
import { TestService } from '../support/service.js';

const NOTHING = '01890000-0000-7000-8000-000000000000';

describe.each(QUEUE_BACKENDS)('dead letters with the queue in %s', (backend) => {
  let backends: TestBackends;
  let mail: MailServer;
  let service: TestService;
  let connections: QueueConnections;
  let mirror: Queue<DeadLetterJob>;

  beforeAll(async () => {
    [backends, mail] = await Promise.all([openBackends(backend), MailServer.start()]);
    service = await TestService.start({
      env: { ...backends.env, SMTP_URL: mail.url, MAX_ATTEMPTS: '2', RETRY_BASE_MS: '1' },
    });
    connections = await connectTestQueue(backends.env, await readInstallationId(backends.pool));
    mirror = new Queue('dead-letter', { connection: connections.producer, prefix: connections.prefix });
  });

  afterAll(async () => {
    await mirror.close();
    await connections.close();
    expect(await service.stop()).toBe(0);
    await mail.close();
    await backends.close();
  });

  it('are listed with all their failures, and shown in a queue', async () => {
    const event = await unsendable('listed@example.org');
    const { items } = await list('code=target_refused&workflow=stripe-payment-succeeded');
    const [run] = event.runs;
    expect(items[0]).toEqual({
      runId: run?.id,
      eventId: event.id,
      provider: 'stripe',
      type: 'payment_intent.succeeded',
      workflow: 'stripe-payment-succeeded',
      number: 1,
      status: 'dead_lettered',
      attempts: 1,
      compensationAttempts: 0,
      receivedAt: event.receivedAt,
      finishedAt: run?.transitions.at(-1)?.at,
      lastError: run?.lastError,
      failures: [{ attempt: 1, at: run?.transitions.at(-1)?.at, failure: run?.lastError }],
    });
    const job = await mirrored(run?.id ?? '');
    expect(job).toMatchObject({
      runId: run?.id,
      eventId: event.id,
      provider: 'stripe',
      type: 'payment_intent.succeeded',
      workflow: 'stripe-payment-succeeded',
      status: 'dead_lettered',
      failure: run?.lastError,
    });
  });

  it('alone are redriven once: what was done is not done again, and then nothing is left', async () => {
    const event = await unsendable('alone@example.org');
    const [run] = event.runs;
    const replies = await Promise.all(Array.from({ length: 5 }, () => post(`/runs/${run?.id}/redrive`)));
    expect(replies.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409, 409]);
    const accepted = replies.find(({ status }) => status === 202);
    expect((await accepted?.json()) as RedrivenRun).toEqual({ runId: run?.id, newRunId: null });

    const redriven = await completed(event.id);
    expect(redriven.runs[0]?.transitions.map(({ from, to, reason }) => `${from} → ${to} ${reason}`)).toEqual([
      'pending → running claimed',
      'running → dead_lettered failed',
      'dead_lettered → pending redriven',
      'pending → running claimed',
      'running → completed finished',
    ]);
    expect(redriven.runs[0]?.transitions[2]).toMatchObject({ actor: 'ops' });
    const traceIds = redriven.runs[0]?.transitions.map(({ traceId }) => traceId) ?? [];
    expect(traceIds.map((id) => traceIds.indexOf(id))).toEqual([0, 0, 2, 2, 2]);
    expect(redriven.runs[0]?.steps[0]).toEqual(run?.steps[0]);
    expect(mail.mailTo('alone@example.org')).toHaveLength(2);
    await eventually(
      async () => ((await mirror.getJob(run?.id ?? '')) === undefined ? true : undefined),
      5_000,
      () => 'the dead letter is still shown in its queue',
    );

    const { detail } = await problemOf(await post(`/runs/${run?.id}/redrive`), 409);
    expect(detail).toContain('completed');
    expect((await problemOf(await post(`/events/${event.id}/redrive`), 409)).detail).toContain(
      'None of its runs',
    );
  });

  it('of an event are redriven together', async () => {
    const event = await unsendable('event@example.org');
    const reply = await post(`/events/${event.id}/redrive`);
    expect(reply.status).toBe(202);
    expect((await reply.json()) as EventRedriveView).toEqual({
      redriven: [{ runId: event.runs[0]?.id, newRunId: null }],
      needsDecision: 0,
      payloadDropped: 0,
    });
    await completed(event.id);
  });

  it('whose effect may have happened wait for a decision', async () => {
    mail.plan('unknown@example.org', 'take and hang up');
    const event = await pay('unknown@example.org');
    const run = event.runs[0]?.id;
    for (const path of [`/runs/${run}/redrive`, `/events/${event.id}/redrive`]) {
      expect((await problemOf(await post(path), 409)).detail).toContain('unknownOutcome');
    }
    expect((await post(`/runs/${run}/redrive`, { unknownOutcome: 'assume_done' })).status).toBe(202);
    const redriven = await completed(event.id);
    expect(redriven.runs[0]?.steps[1]).toMatchObject({ status: 'done', output: null });
    expect(mail.mailTo('unknown@example.org')).toHaveLength(1);
  });

  it('that meet a filter are redriven at a pace, after a preview that changes nothing', async () => {
    const marked = `many-${backend}`;
    const events: EventView[] = [];
    for (let count = 0; count < 4; count++) events.push(await unsendable(`${marked}-${count}@example.org`));
    const other = await pullRequest();
    const order = { filter: { type: 'payment_intent' }, perSecond: 100, reason: 'the server was away' };

    const preview = (await (await post('/redrives/preview', order)).json()) as PreviewView;
    const alone = (await list('type=payment_intent')).items.length;
    expect(preview).toMatchObject({ runs: alone, byWorkflow: { 'stripe-payment-succeeded': alone } });
    expect(preview.stepsDone).toContainEqual({
      workflow: 'stripe-payment-succeeded',
      step: 'keep-payment',
      runs: alone,
    });

    const reply = await post('/redrives', order);
    expect(reply.status).toBe(202);
    const { id } = (await reply.json()) as RedriveView;
    const done = await eventually(
      async () => {
        const redrive = (await (await service.get(`/api/v1/redrives/${id}`)).json()) as RedriveView;
        return redrive.status === 'done' ? redrive : undefined;
      },
      15_000,
      () => `redrive ${id} is not done`,
    );
    expect(done).toMatchObject({
      redriven: alone,
      needsDecision: 0,
      reason: 'the server was away',
      actor: 'ops',
    });
    for (const event of events) await completed(event.id);
    expect((await service.event(other.id)).status).toBe('dead_lettered');
    const listed = (await (await service.get('/api/v1/redrives')).json()) as { items: RedriveView[] };
    expect(listed.items[0]).toEqual(done);
    expect((await post(`/redrives/${id}/stop`)).status).toBe(200);
  });

  it.each([
    ['no filter', {}],
    ['an empty filter', { filter: {} }],
    ['an unknown filter', { filter: { colour: 'red' } }],
    ['a filter that is none', { filter: 'stripe' }],
    ['a filter for nothing', { filter: { provider: null } }],
    ['null for a filter', { filter: null }],
    ['a list of filters', { filter: [{ provider: 'github' }] }],
    ['an empty list of filters', { filter: [] }],
    ['a list in a list', { filter: [[]] }],
    ['a time that is none for the database', { filter: { failedBefore: '+275760-09-13T00:00:00.000Z' } }],
    ['half a character', { filter: { type: '\ud800' } }],
    ['null for a pace', { all: true, perSecond: null }],
    ['no pace', { all: true, perSecond: 0 }],
    ['too high a pace', { all: true, perSecond: 10_001 }],
    ['a decision that is none', { all: true, unknownOutcome: 'maybe' }],
    ['a field that is none', { all: true, when: 'now' }],
    ['a list', []],
  ])('are not redriven with %s', async (_what, body) => {
    await problemOf(await post('/redrives', body), 400);
    await problemOf(await post('/redrives/preview', body), 400);
  });

  it.each(['{', 'null', '"all"', '{"all":1}'])('are not redriven by the body %s', async (body) => {
    await problemOf(await post('/redrives', body), 400);
  });

  it('that are not there are not found', async () => {
    for (const id of [NOTHING, 'nothing', '%00']) {
      for (const path of [`/runs/${id}/redrive`, `/events/${id}/redrive`, `/redrives/${id}/stop`]) {
        await problemOf(await post(path), 404);
      }
      await problemOf(await service.get(`/api/v1/redrives/${id}`), 404);
    }
  });

  it('are for those who have the token', async () => {
    for (const path of ['/dead-letters', '/redrives', `/redrives/${NOTHING}`, '/audit']) {
      await problemOf(await fetch(`${service.url}/api/v1${path}`), 401);
    }
    for (const path of [`/runs/${NOTHING}/redrive`, `/events/${NOTHING}/redrive`, '/redrives']) {
      await problemOf(await fetch(`${service.url}/api/v1${path}`, { method: 'POST' }), 401);
    }
  });

  it('come in pages', async () => {
    for (let count = 0; count < 3; count++) await pullRequest();
    const all = (await list('provider=github')).items;
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await list(`provider=github&limit=2${from}`);
      seen.push(...page.items.map(({ runId }) => runId));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(all.map(({ runId }) => runId));
    await problemOf(await service.get('/api/v1/dead-letters?cursor=1.x'), 400);
    await problemOf(await service.get('/api/v1/dead-letters?code=bad'), 400);
  });

  async function post(path: string, body?: unknown): Promise<Response> {
    return fetch(`${service.url}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${service.secret('OPS_TOKEN')}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  async function list(query: string): Promise<DeadLetterPage> {
    const reply = await service.get(`/api/v1/dead-letters?${query}`);
    expect(reply.status).toBe(200);
    return (await reply.json()) as DeadLetterPage;
  }

  /** A payment whose receipt the mail server refuses once. */
  async function unsendable(recipient: string): Promise<EventView> {
    mail.plan(recipient, 550);
    const event = await pay(recipient);
    expect(event.status).toBe('dead_lettered');
    return event;
  }

  async function pay(recipient: string): Promise<EventView> {
    const payload = sampleBody('stripe', 'payment_intent.succeeded') as {
      data: { object: { receipt_email: string } };
    };
    payload.data.object.receipt_email = recipient;
    const reply = await send(service, stripeDelivery(service, payload));
    return service.settled(((await reply.json()) as { id: string }).id);
  }

  /** Signed, but without a pull request in it. */
  async function pullRequest(): Promise<EventView> {
    const reply = await send(service, await githubDelivery(service, 'pull_request', { action: 'opened' }));
    return service.settled(((await reply.json()) as { id: string }).id);
  }

  async function completed(id: string): Promise<EventView> {
    return eventually(
      async () => {
        const event = await service.event(id);
        return event.status === 'completed' ? event : undefined;
      },
      15_000,
      () => `event ${id} is not completed`,
    );
  }

  async function mirrored(runId: string): Promise<DeadLetterJob> {
    return eventually(
      async () => (await mirror.getJob(runId))?.data,
      5_000,
      () => `run ${runId} is not shown in the queue of dead letters`,
    );
  }
});
