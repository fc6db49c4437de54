import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventPage, EventView } from '../../src/ops/event.dto.js';
import { readLog, type LogLine } from '../support/log-lines.js';
import { openBackends, type TestBackends } from '../support/backends.js';
import { githubDelivery, sampleBody, send, stripeDelivery } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { problemOf } from '../support/problem.js';
import { TestService } from '../support/service.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const PAYMENTS = 7;

let backends: TestBackends;
let service: TestService;

/** Every event, the oldest first: payments, a refund of a connected account, a push, and a dead letter. */
let all: EventView[];
let payments: EventView[];
let refund: EventView;
let push: EventView;
let deadLetter: EventView;
/** The correlation id that its reply had. */
let refundCorrelation: string | null;

beforeAll(async () => {
  backends = await openBackends('postgres');
  service = await TestService.start({ env: backends.env });

  payments = [];
  for (let count = 0; count < PAYMENTS; count++) {
    payments.push(await accept(stripeDelivery(service, sampleBody('stripe', 'payment_intent.succeeded'))));
  }
  const refunded = { ...sampleBody('stripe', 'charge.refunded'), account: 'acct_1042' };
  const reply = await send(service, stripeDelivery(service, refunded));
  refundCorrelation = reply.headers.get('x-correlation-id');
  refund = await settled(reply);
  push = await accept(await githubDelivery(service, 'push', sampleBody('github', 'push')));
  // GitHub signed it, so it is recorded, but no pull request is in it.
  deadLetter = await accept(await githubDelivery(service, 'pull_request', { action: 'opened' }));
  all = [...payments, refund, push, deadLetter];
});

afterAll(async () => {
  expect(await service.stop()).toBe(0);
  await backends.close();
});

describe('the operations API', () => {
  it.each([
    ['no token', {}],
    ['an empty token', { authorization: 'Bearer ' }],
    ['a wrong token', { authorization: 'Bearer wrong' }],
    ['another scheme', { authorization: 'Basic dXNlcjpwYXNz' }],
  ])('lets nobody in with %s', async (_what, headers) => {
    for (const path of ['/api/v1/events', `/api/v1/events/${push.id}`, '/api/v1/events/nothing']) {
      await refused(path, headers);
    }
  });

  it('does not look for its token in the address, where it would get into logs', async () => {
    await refused(`/api/v1/events?access_token=${service.secret('OPS_TOKEN')}`, {});
  });

  it('answers 404 for what is not there', async () => {
    for (const path of [
      '/api/v1/events/01890000-0000-7000-8000-000000000000',
      '/api/v1/events/nothing',
      '/api/v1/events/%00',
      '/api/v1/events/%E0%A4%A',
      '/api/v1/events/1;DROP TABLE events',
      '/api/v1/runs',
      '/api/v2/events',
    ]) {
      await problemOf(await service.get(path), 404);
    }
  });

  it('shows the whole life of an event', () => {
    const [event] = payments as [EventView];
    const payload = event.payload as { id: string; created: number; data: { object: { id: string } } };
    const time = expect.stringMatching(TIME) as Date & string;
    const text = expect.any(String) as string;
    const actor = expect.stringMatching(/^worker:.+:\d+$/) as string;
    const traceId = expect.stringMatching(/^[0-9a-f]{32}$/) as string;

    expect(event).toEqual({
      id: expect.stringMatching(UUID) as string,
      provider: 'stripe',
      account: '',
      type: 'payment_intent.succeeded',
      entity: payload.data.object.id,
      deliveryKey: payload.id,
      occurredAt: new Date(payload.created * 1000).toISOString(),
      receivedAt: time,
      status: 'completed',
      correlationId: text,
      suspectedReplayOf: null,
      payload: expect.objectContaining({ object: 'event', type: 'payment_intent.succeeded' }) as object,
      headers: { 'content-type': 'application/json', 'user-agent': text, 'stripe-signature': text },
      runs: [
        {
          id: expect.stringMatching(UUID) as string,
          workflow: 'stripe-payment-succeeded',
          number: 1,
          workflowVersion: 1,
          status: 'completed',
          attempts: 1,
          crashes: 0,
          compensationAttempts: 0,
          waitingOn: null,
          supersededBy: null,
          nextAttemptAt: null,
          lastError: null,
          steps: [
            {
              name: 'keep-payment',
              action: 'persist',
              status: 'done',
              output: { entity: `stripe/payment/${payload.data.object.id}` },
              idempotencyKey: text,
              startedAt: time,
              finishedAt: time,
              compensation: null,
            },
            {
              name: 'send-receipt',
              action: 'email',
              status: 'done',
              output: event.runs[0]?.steps[1]?.output,
              idempotencyKey: text,
              startedAt: time,
              finishedAt: time,
              compensation: null,
            },
          ],
          transitions: [
            {
              from: 'pending',
              to: 'running',
              at: time,
              attempt: 1,
              reason: 'claimed',
              actor,
              traceId,
              detail: null,
            },
            {
              from: 'running',
              to: 'completed',
              at: time,
              attempt: 1,
              reason: 'finished',
              actor,
              traceId,
              detail: null,
            },
          ],
        },
      ],
    });
  });

  it('says what is wrong with a dead letter', () => {
    const lastError = {
      code: 'input_invalid',
      message: expect.stringContaining('The event lacks what the step needs') as string,
      step: 'keep-activity',
      retryable: false,
    };
    expect(deadLetter).toMatchObject({
      status: 'dead_lettered',
      runs: [
        {
          status: 'dead_lettered',
          attempts: 1,
          nextAttemptAt: null,
          lastError,
          transitions: [{ to: 'running' }, { to: 'dead_lettered', reason: 'failed', detail: lastError }],
        },
      ],
    });
  });
});

describe('the list of events', () => {
  it('has the newest first, each with what matters of its runs', async () => {
    const { items, nextCursor } = await list('');
    expect(idsOf(items)).toEqual(idsOf([...all].reverse()));
    expect(nextCursor).toBeNull();

    const { payload: _payload, headers: _headers, runs, ...facts } = deadLetter;
    const summaries = runs.map(({ id, workflow, number, status, attempts, nextAttemptAt, lastError }) => ({
      id,
      workflow,
      number,
      status,
      attempts,
      nextAttemptAt,
      lastError,
    }));
    expect(items[0]).toEqual({ ...facts, runs: summaries });
  });

  it.each<[string, () => string, () => EventView[]]>([
    ['provider', () => 'provider=github', () => [deadLetter, push]],
    ['type', () => 'type=charge.refunded', () => [refund]],
    ['part of a type before a dot', () => 'type=pull_request', () => [deadLetter]],
    ['part of a type not before a dot', () => 'type=pull', () => []],
    ['status completed', () => 'status=completed', () => [push, refund, ...[...payments].reverse()]],
    ['status dead_lettered', () => 'status=dead_lettered', () => [deadLetter]],
    ['status received', () => 'status=received', () => []],
    ['status processing', () => 'status=processing', () => []],
    ['status retrying', () => 'status=retrying', () => []],
    ['account', () => 'account=acct_1042', () => [refund]],
    ['delivery key', () => `deliveryKey=${push.deliveryKey}`, () => [push]],
    ['entity', () => `entity=${encodeURIComponent(push.entity ?? '')}`, () => [push]],
    ['time from', () => `receivedFrom=${String(push.receivedAt)}`, () => [deadLetter, push]],
    ['time before', () => `receivedBefore=${String(payments[1]?.receivedAt)}`, () => [payments[0]!]],
    ['all together', () => 'provider=github&status=completed&type=push', () => [push]],
    ['nobody', () => 'provider=__proto__', () => []],
    ['what looks like a pattern', () => 'type=%25', () => []],
    ['what looks like a pattern, too', () => 'type=pull_reques_', () => []],
  ])('can be filtered by %s', async (_name, query, expected) => {
    expect(idsOf((await list(query())).items)).toEqual(idsOf(expected()));
  });

  it('comes in pages, without a gap and without an event twice', async () => {
    const pages: EventPage[] = [];
    for (let cursor: string | null = ''; cursor !== null; cursor = pages.at(-1)!.nextCursor) {
      pages.push(await list(`limit=3&provider=stripe${cursor === '' ? '' : `&cursor=${cursor}`}`));
      // What comes while one reads stands before the first page.
      if (pages.length === 1) {
        const late = sampleBody('stripe', 'charge.refunded');
        await accept(stripeDelivery(service, { ...late, account: 'acct_late' }));
      }
    }
    expect(pages.map(({ items }) => items.length)).toEqual([3, 3, 2]);
    const expected = [refund, ...[...payments].reverse()];
    expect(idsOf(pages.flatMap(({ items }) => items))).toEqual(idsOf(expected));
  });

  it('that fits on one page exactly has no other', async () => {
    const { items, nextCursor } = await list(`limit=${PAYMENTS}&type=payment_intent`);
    expect(items).toHaveLength(PAYMENTS);
    expect(nextCursor).toBeNull();
    expect(await list(`cursor=${payments[0]?.id}`)).toEqual({ items: [], nextCursor: null });
  });

  it.each([
    ['an unknown filter', 'colour=red', 'colour'],
    ['an unknown status', 'status=lost', 'status'],
    ['no limit', 'limit=', 'limit'],
    ['a limit of nothing', 'limit=0', 'limit'],
    ['too high a limit', 'limit=201', 'limit'],
    ['half a limit', 'limit=1.5', 'limit'],
    ['a limit in words', 'limit=many', 'limit'],
    ['a cursor that is none', 'cursor=2', 'cursor'],
    ['no time', 'receivedFrom=', 'receivedFrom'],
    ['a time that is none', 'receivedFrom=yesterday', 'receivedFrom'],
    ['a time that no database knows', 'receivedBefore=-271821-04-20T00:00:00Z', 'receivedBefore'],
    ['a filter twice', 'provider=stripe&provider=github', 'provider'],
    ['too long a text', `entity=${'x'.repeat(256)}`, 'entity'],
    ['a NUL', 'deliveryKey=evt_%00', 'deliveryKey'],
    ['an object', 'type[contains]=push', 'type[contains]'],
  ])('refuses %s', async (_what, query, name) => {
    const { errors } = await problemOf(await service.get(`/api/v1/events?${query}`), 400);
    expect(errors?.map(({ message }) => message).join('\n')).toContain(name);
  });

  it('tells of every fault at once', async () => {
    const { errors } = await problemOf(await service.get('/api/v1/events?limit=0&cursor=x&status=y'), 400);
    expect(errors?.length).toBeGreaterThanOrEqual(3);
  });
});

describe('the documentation of the API', () => {
  it('is a page that loads what it needs from here', async () => {
    const reply = await fetch(`${service.url}/api/docs`);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toContain('text/html');
    const html = await reply.text();
    const scripts = [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, address]) => address!);
    expect(scripts.length).toBeGreaterThan(1);
    for (const script of scripts) {
      const loaded = await fetch(new URL(script, `${service.url}/api/docs/`));
      expect({ script, status: loaded.status }).toEqual({ script, status: 200 });
    }
    await problemOf(await fetch(`${service.url}/api/docs/nothing.js`), 404);
  });

  it('is an OpenAPI description of every path, in which nothing is missing that it refers to', async () => {
    const description = (await (await fetch(`${service.url}/api/docs-json`)).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { responses: Record<string, unknown>; security?: unknown[] }>>;
      components: { schemas: Record<string, { properties: object }> };
    };
    expect(description.openapi).toMatch(/^3\.\d+\.\d+$/);
    expect(Object.keys(description.paths).sort()).toEqual([
      '/api/v1/audit',
      '/api/v1/circuits',
      '/api/v1/circuits/{name}/close',
      '/api/v1/circuits/{name}/open',
      '/api/v1/dead-letters',
      '/api/v1/events',
      '/api/v1/events/{id}',
      '/api/v1/events/{id}/redrive',
      '/api/v1/log-level',
      '/api/v1/redrives',
      '/api/v1/redrives/preview',
      '/api/v1/redrives/{id}',
      '/api/v1/redrives/{id}/stop',
      '/api/v1/rejected-requests',
      '/api/v1/rejected-requests/release',
      '/api/v1/rejected-requests/{id}',
      '/api/v1/rejected-requests/{id}/discard',
      '/api/v1/rejected-requests/{id}/release',
      '/api/v1/runs/{id}/redrive',
      '/api/v1/schema-drift',
      '/health',
      '/health/live',
      '/health/ready',
      '/metrics',
      '/webhooks/{provider}',
    ]);
    expect(Object.keys(description.paths['/webhooks/{provider}']?.['post']?.responses ?? {})).toEqual(
      expect.arrayContaining(['200', '202', '400', '404', '503']),
    );
    expect(description.paths['/api/v1/events']?.['get']?.security).toEqual([{ bearer: [] }]);

    const references = [...JSON.stringify(description).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    const { schemas } = description.components;
    for (const [, name] of references) expect(Object.keys(schemas)).toContain(name);
    expect(Object.keys(schemas['EventView']!.properties).sort()).toEqual(Object.keys(push).sort());
    expect(Object.keys(schemas['RunView']!.properties).sort()).toEqual(Object.keys(push.runs[0]!).sort());
  });
});

describe('health', () => {
  it('tells of the database, the queue, the workers, the memory and the disk', async () => {
    const reply = await fetch(`${service.url}/health`);
    const details = {
      database: { status: 'up' },
      migrations: { status: 'up' },
      queue: { status: 'up', backend: 'postgres', queues: 3 },
      workers: { status: 'up' },
      events: { status: 'up', oldestWaitingSeconds: expect.any(Number) as number },
      memory: { status: 'up', rss: expect.any(Number) as number },
      disk: { status: 'up', free: expect.any(Number) as number },
      eventLoop: { status: 'up', lagMs: expect.any(Number) as number },
    };
    expect(await reply.json()).toEqual({ status: 'ok', info: details, error: {}, details });
    expect(reply.status).toBe(200);
  });

  it('is live and ready', async () => {
    expect(await (await fetch(`${service.url}/health/live`)).json()).toMatchObject({ status: 'ok' });
    expect(await (await fetch(`${service.url}/health/ready`)).json()).toMatchObject({
      status: 'ok',
      details: { service: { status: 'up' }, database: { status: 'up' } },
    });
  });
});

describe('the logs', () => {
  it('have what was done for a request and for its runs, by their ids', async () => {
    const line = await logged(
      'combined.log',
      ({ message, integration }) => message === 'Delivery recorded' && integration['eventId'] === refund.id,
    );
    expect(line).toMatchObject({
      'log.level': 'info',
      'http.request.id': refundCorrelation,
      'trace.id': expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      integration: { provider: 'stripe', type: 'charge.refunded', outcome: 'accepted' },
    });
    expect(line['@timestamp']).toMatch(TIME);

    expect(refund.correlationId).toBe(refundCorrelation);
    const runId = refund.runs[0]?.id;
    const ofRun = ({ integration }: LogLine) => integration['runId'] === runId;
    const isStep = ({ message }: LogLine) => message === 'No workflow is for this event';
    expect(await logged('combined.log', (line) => isStep(line) && ofRun(line))).toMatchObject({
      'http.request.id': refundCorrelation,
      integration: { eventId: refund.id },
    });
    expect(
      await logged('combined.log', (line) => line.message === 'Run completed' && ofRun(line)),
    ).toMatchObject({
      'log.level': 'info',
      'http.request.id': refundCorrelation,
      'trace.id': line['trace.id'],
      integration: { eventId: refund.id, workflow: 'log', attempt: 1 },
    });
  });

  it('have a dead letter among the errors', async () => {
    const runId = deadLetter.runs[0]?.id;
    const line = await logged('error.log', ({ integration }) => integration['runId'] === runId);
    expect(line).toMatchObject({
      'log.level': 'error',
      message: 'Run failed for good',
      integration: {
        eventId: deadLetter.id,
        provider: 'github',
        workflow: 'github-pull-request',
        failure: { code: 'input_invalid' },
      },
    });
    expect(await readLog(service, 'error.log')).toHaveLength(1);
  });

  it('have more in them for a while, on demand', async () => {
    const put = (body: unknown, token = service.secret('OPS_TOKEN')) =>
      fetch(`${service.url}/api/v1/log-level`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const [line] = await readLog(service, 'combined.log');
    const thisProcess = line?.['service.node.name'];
    expect(thisProcess).toMatch(new RegExp(`^all:.+:${service.pid}$`));
    await problemOf(await put({ level: 'debug' }, 'nobody'), 401);
    const wrongs = [{ minutes: 0 }, { reason: 7 }, { for: 1 }].map((wrong) => ({ level: 'debug', ...wrong }));
    for (const wrong of [{}, { level: 'loud' }, ...wrongs]) {
      await problemOf(await put(wrong), 400);
    }
    const changed = await put({ level: 'debug', minutes: 5, reason: 'who sends these' });
    const { until } = (await changed.json()) as { until: string };
    expect(until).toMatch(TIME);
    expect(await (await service.get('/api/v1/log-level')).json()).toEqual({
      level: 'debug',
      configured: 'info',
      until,
    });
    await put({ level: 'info' });
    const audited = await eventually(
      async () => {
        const { rows } = await backends.pool.query<{ subject: string; detail: unknown }>(
          `SELECT subject, detail FROM audit WHERE actor = 'ops' AND action = 'log_level_changed' ORDER BY id`,
        );
        return rows.length === 2 ? rows : undefined;
      },
      5_000,
      () => 'the changes are not in the audit',
    );
    expect(audited.map(({ subject }) => subject)).toEqual([thisProcess, thisProcess]);
    // Each is written when it can be, so the order is nobody's.
    expect(audited.map(({ detail }) => detail)).toEqual(
      expect.arrayContaining([
        { from: 'info', to: 'debug', until, reason: 'who sends these' },
        { from: 'debug', to: 'info', until: null, reason: null },
      ]),
    );
    const shown = await service.get('/api/v1/log-level');
    expect(await shown.json()).toEqual({ level: 'info', configured: 'info', until: null });
  });

  it('are the same on the console', async () => {
    const printed = service.lines.filter((line) => line.startsWith('{'));
    const kept = await readFile(join(service.folder, 'logs', 'combined.log'), 'utf8');
    expect(printed).toEqual(kept.trimEnd().split('\n'));
  });

  it('have none of the secrets and none of the payloads', () => {
    const printed = service.lines.join('\n');
    for (const name of [
      'OPS_TOKEN',
      'STRIPE_WEBHOOK_SECRET',
      'GITHUB_WEBHOOK_SECRET',
      'PAYPAL_WEBHOOK_SECRET',
    ]) {
      expect(service.secret(name)).not.toBe('');
      expect(printed).not.toContain(service.secret(name));
    }
    expect(printed).not.toContain('client_secret');
  });
});

async function refused(path: string, headers: Record<string, string>): Promise<void> {
  const reply = await fetch(service.url + path, { headers });
  expect(reply.headers.get('www-authenticate')).toBe('Bearer');
  await problemOf(reply, 401);
}

async function accept(delivery: Parameters<typeof send>[1]): Promise<EventView> {
  return settled(await send(service, delivery));
}

async function settled(reply: Response): Promise<EventView> {
  expect(reply.status).toBe(202);
  return service.settled(((await reply.json()) as { id: string }).id);
}

async function list(query: string): Promise<EventPage> {
  const reply = await service.get(`/api/v1/events?${query}`);
  expect(reply.status).toBe(200);
  return (await reply.json()) as EventPage;
}

function idsOf(events: readonly { id: string }[]): string[] {
  return events.map(({ id }) => id);
}

async function logged(
  file: 'combined.log' | 'error.log',
  matches: (line: LogLine) => boolean,
): Promise<LogLine> {
  return eventually(
    async () => (await readLog(service, file)).find(matches),
    5_000,
    () => `no such line in ${file}`,
  );
}
