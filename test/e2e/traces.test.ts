import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { loseQueue, openBackends, type TestBackends } from '../support/backends.js';
import { githubDelivery, send, type TestDelivery } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { HttpTarget } from '../support/http-target.js';
import type { ReceivedSpan } from '../support/received-span.js';
import { TestService } from '../support/service.js';
import { TraceCollector } from '../support/trace-collector.js';
import { treeOf } from '../support/span-tree.js';

const WORKFLOW = resolve('test/e2e/preload/traced-workflow.mjs');
const STRANGER = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

let backends: TestBackends;
let till: HttpTarget;
let collector: TraceCollector;
const services: TestService[] = [];

beforeEach(async () => {
  [backends, till, collector] = await Promise.all([
    openBackends('redis'),
    HttpTarget.start(),
    TraceCollector.start(),
  ]);
});

afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()));
  expect(collector.complaints).toEqual([]);
  await Promise.all([backends.close(), till.close(), collector.close()]);
});

async function start(env: Readonly<Record<string, string>> = {}): Promise<TestService> {
  const service = await TestService.start({
    preload: [WORKFLOW],
    env: {
      ...backends.env,
      JAEGER_ENDPOINT: `${collector.url}/api/traces`,
      OTEL_SERVICE_NAME: 'under-test',
      HTTP_TARGETS: `till=${till.url}`,
      HTTP_SIGNING_SECRET: till.secret,
      RETRY_BASE_MS: '20',
      ...services[0]?.env,
      ...env,
    },
  });
  services.push(service);
  return service;
}

async function stopAll(): Promise<void> {
  await Promise.all(services.splice(0).map((service) => service.stop()));
}

async function orderDelivery(service: TestService, number: string, customer = 'Ada'): Promise<TestDelivery> {
  const delivery = await githubDelivery(service, 'order', { number, customer });
  const traceparent = `00-${STRANGER.traceId}-${STRANGER.spanId}-01`;
  return { ...delivery, headers: { ...delivery.headers, traceparent } };
}

async function order(service: TestService, number: string): Promise<string> {
  const reply = await send(service, await orderDelivery(service, number));
  expect(reply.status).toBe(202);
  return ((await reply.json()) as { id: string }).id;
}

const ofEvent = (id: string) => (spans: readonly ReceivedSpan[]) =>
  spans.find(({ name, attributes }) => name.startsWith('POST /webhooks') && attributes['event.id'] === id);

const attemptsOf = (id: string, number: number) => (spans: readonly ReceivedSpan[]) => {
  const attempts = spans.filter(
    ({ name, attributes }) => name === 'attempt order' && attributes['event.id'] === id,
  );
  return attempts.length >= number ? attempts.sort((a, b) => a.start - b.start) : undefined;
};

/** What waits for a commit, and the statement that is committed. */
const SHARED_STATEMENTS = {
  record: 'record-events',
  'begin-step': 'begin-steps',
  'finish-step': 'finish-steps',
  'keep-entity': 'keep-entities',
  'settle-run': 'settle-runs',
};

const commits = () => collector.spans.filter(({ name }) => name === 'commit');

const tracesBeside = (others: readonly ReceivedSpan[]) => {
  const known = new Set(others.map(({ traceId }) => traceId));
  return new Set(collector.spans.map(({ traceId }) => traceId).filter((traceId) => !known.has(traceId)));
};

const CHARGED_AT_SECOND_TRY = `
POST /webhooks/:provider
  verify
  validate
  record
  dispatch
  attempt order: target_unavailable
    step keep
      keep-entity
    step charge: target_unavailable
      begin-step
      POST: 500
    settle-run
  attempt order
    step charge
      begin-step
      POST
      finish-step
    settle-run
`;

describe.each([
  ['Jaeger', ({ url }: TraceCollector) => ({ JAEGER_ENDPOINT: `${url}/api/traces` })],
  ['OTLP', ({ url }: TraceCollector) => ({ JAEGER_ENDPOINT: '', OTEL_EXPORTER_OTLP_ENDPOINT: url })],
])('sent to %s', (_protocol, endpointOf) => {
  it('an event is one trace from the request to its last step, over processes and attempts', async () => {
    const api = await start({ ...endpointOf(collector), APP_ROLE: 'api' });
    const worker = await start({ ...api.env, APP_ROLE: 'worker' });
    const [number, customer, query] = Array.from(
      { length: 3 },
      () => `mark${randomBytes(8).toString('hex')}`,
    );
    const path = `/charges/${number}`;
    till.plan(path, { status: 500, body: `not for ${customer}` });
    const delivery = await orderDelivery(api, `${number}`, customer);
    const reply = await api.post(`github?token=${query}`, delivery.headers, delivery.body);
    const { id } = (await reply.json()) as { id: string };
    expect((await api.settled(id)).status).toBe('completed');
    const request = await collector.until(ofEvent(id));
    const attempts = await collector.until(attemptsOf(id, 2));
    await collector.until((spans) => spans.find(({ name }) => name === 'dispatch'));
    await stopAll();

    const trace = collector.trace(request.traceId);
    expect(treeOf(trace)).toBe(CHARGED_AT_SECOND_TRY.trim());
    expect(trace.filter(({ service }) => service !== 'under-test')).toEqual([]);

    expect(request).toMatchObject({ kind: 'server', parentId: '', links: [STRANGER] });
    expect(request.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/webhooks/:provider',
      'http.response.status_code': 202,
      'event.provider': 'github',
      'event.type': 'order',
      'delivery.outcome': 'accepted',
    });
    expect(collector.spans.filter(({ traceId }) => traceId === STRANGER.traceId)).toEqual([]);
    expect(attempts.map(({ attributes }) => attributes['run.attempt'])).toEqual([1, 2]);
    expect(attempts.map(({ attributes }) => attributes['run.status'])).toEqual(['retrying', 'completed']);
    expect(attempts[0]?.attributes).toMatchObject({
      'messaging.destination.name': 'runs-github',
      'event.provider': 'github',
      'event.type': 'order',
      'error.type': 'target_unavailable',
    });
    expect(till.receivedAt(path).map(({ headers }) => headers['traceparent']?.slice(3, 35))).toEqual([
      request.traceId,
      request.traceId,
    ]);

    // A commit serves all who came at the same time: it has a trace of its own, and each leads to the other.
    const committed = trace.filter(({ name }) => name in SHARED_STATEMENTS);
    for (const span of committed) {
      const commit = commits().find(({ links }) => links.some(({ spanId }) => spanId === span.spanId));
      expect(span.links).toEqual([{ traceId: commit?.traceId, spanId: commit?.spanId }]);
      expect(commit?.links).toEqual([{ traceId: span.traceId, spanId: span.spanId }]);
      const statement = SHARED_STATEMENTS[span.name as keyof typeof SHARED_STATEMENTS];
      expect(treeOf(collector.trace(commit?.traceId ?? ''))).toBe(`commit\n  ${statement}`);
    }
    expect(new Set(committed.map(({ name }) => name))).toEqual(new Set(Object.keys(SHARED_STATEMENTS)));
    expect(tracesBeside(commits())).toEqual(new Set([request.traceId]));

    // Nothing is in it that is secret, or that a payload says.
    const { password } = new URL(backends.env['DATABASE_URL'] ?? '');
    const secrets = ['GITHUB_WEBHOOK_SECRET', 'STRIPE_WEBHOOK_SECRET', 'OPS_TOKEN', 'HTTP_SIGNING_SECRET'];
    const forbidden = [
      ...secrets.map((name) => api.secret(name)),
      ...[number, customer, query, password, delivery.headers['x-hub-signature-256']],
    ];
    const sent = Buffer.concat(collector.bodies).toString('latin1');
    for (const text of forbidden.filter(Boolean)) expect(sent).not.toContain(text);
    expect(sent).toContain(id);

    // Lines of the log are found by the trace.
    for (const { lines } of [api, worker]) {
      expect(lines.filter((line) => line.includes(`"trace.id":"${request.traceId}"`))).not.toEqual([]);
    }
  }, 120_000);
});

it('what was dispatched again after the queue was emptied goes on in the trace of its event', async () => {
  const api = await start({ APP_ROLE: 'api' });
  const id = await order(api, '1');
  const request = await collector.until(ofEvent(id));
  const dispatches = () => collector.trace(request.traceId).filter(({ name }) => name === 'dispatch');
  await collector.until(() => (dispatches().length === 1 ? true : undefined));
  await loseQueue(backends);
  await collector.until(() => (dispatches().length === 2 ? true : undefined));
  await start({ ...api.env, APP_ROLE: 'worker' });
  await api.settled(id);
  const [attempt] = await collector.until(attemptsOf(id, 1));
  expect(attempt).toMatchObject({ traceId: request.traceId, parentId: request.spanId });
  expect(dispatches().map(({ attributes }) => attributes['run.dispatch'])).toEqual([1, 2]);
});

it('a redrive is a new trace, linked to the one that ended in the dead letter', async () => {
  const service = await start();
  till.plan('/charges/1', 400);
  const id = await order(service, '1');
  const dead = await service.settled(id);
  expect(dead.status).toBe('dead_lettered');
  expect((await service.order(`/api/v1/events/${id}/redrive`, {})).status).toBe(202);
  const redriven = await eventually(
    async () => {
      const event = await service.event(id);
      return event.status === 'completed' ? event : undefined;
    },
    10_000,
    () => 'the redriven event is not completed',
  );
  const [before, after] = await collector.until(attemptsOf(id, 2));
  const redrive = await collector.until((spans) => spans.find(({ name }) => name === 'redrive'));
  const request = await collector.until(ofEvent(id));
  expect(before?.traceId).toBe(request.traceId);
  expect(redrive).toMatchObject({
    parentId: '',
    links: [{ traceId: request.traceId, spanId: request.spanId }],
  });
  expect(after).toMatchObject({ traceId: redrive.traceId, parentId: redrive.spanId });
  expect(redrive.traceId).not.toBe(request.traceId);
  expect(redriven.runs[0]?.transitions.map(({ traceId }) => traceId)).toEqual([
    ...[request.traceId, request.traceId],
    ...[redrive.traceId, redrive.traceId, redrive.traceId],
  ]);
});

it('of events that are not sampled, attempts that fail are seen, with all that comes after', async () => {
  const service = await start({ OTEL_TRACES_SAMPLER_ARG: '0' });
  const well = await order(service, '1');
  expect((await service.settled(well)).status).toBe('completed');
  till.plan('/charges/2', 500);
  const id = await order(service, '2');
  const event = await service.settled(id);
  expect(event.status).toBe('completed');
  const attempts = await collector.until(attemptsOf(id, 2));
  await stopAll();
  const [traceId = ''] = event.runs[0]?.transitions.map((transition) => transition.traceId) ?? [];
  expect(tracesBeside(commits())).toEqual(new Set([traceId]));
  expect(attempts).toHaveLength(2);
  const afterDispatch = CHARGED_AT_SECOND_TRY.slice(CHARGED_AT_SECOND_TRY.indexOf('  attempt'));
  expect(treeOf(collector.trace(traceId ?? ''))).toBe(afterDispatch.replace(/^ {2}/gm, '').trim());
});

it('what is not signed leaves no trace', async () => {
  const service = await start();
  const delivery = await orderDelivery(service, '1');
  const reply = await service.post('github', delivery.headers, `${delivery.body} `);
  expect(reply.status).toBe(400);
  await stopAll();
  expect(collector.spans).toEqual([]);
});

it.each(['refuses', 'hangs'] as const)(
  'a collector that %s holds up nothing, and is told of once',
  async (how) => {
    collector.behaviour = how;
    const service = await start();
    const told = () => service.lines.filter((line) => line.includes('Jaeger takes no traces'));
    const ids: string[] = [];
    await eventually(
      async () => {
        ids.push(await order(service, `${ids.length}`));
        return told().length > 0 && collector.requests > 1 ? true : undefined;
      },
      30_000,
      () => 'nothing was told of the collector',
      50,
    );
    for (const id of ids) expect((await service.settled(id)).status).toBe('completed');
    expect(told()).toHaveLength(1);
    services.splice(services.indexOf(service), 1);
    expect(await service.stop()).toBe(0);
  },
);

it.each(['', 'collector'])(
  'the SDK of OpenTelemetry is loaded only where there is somebody to send to: %j',
  async (to) => {
    const service = await TestService.start({
      preload: [resolve('test/e2e/preload/loaded-packages.mjs')],
      env: { ...backends.env, JAEGER_ENDPOINT: to === '' ? '' : `${collector.url}/api/traces` },
    });
    await service.stop();
    const loaded = service.lines.find((line) => line.startsWith('Loaded of OpenTelemetry'));
    expect(loaded === 'Loaded of OpenTelemetry: 0').toBe(to === '');
  },
);
