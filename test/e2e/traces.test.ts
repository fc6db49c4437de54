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
const LOADED_PACKAGES = resolve('test/e2e/preload/loaded-packages.mjs');
const NOTHING_LOADED = 'Loaded of OpenTelemetry: 0';
const STRANGER = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

let backends: TestBackends;
let till: HttpTarget;
let collector: TraceCollector;
/** A second one, for what is sent to two. */
let otherCollector: TraceCollector;
const services: TestService[] = [];

beforeEach(async () => {
  [backends, till, collector, otherCollector] = await Promise.all([
    openBackends('redis'),
    HttpTarget.start(),
    TraceCollector.start(),
    TraceCollector.start(),
  ]);
});

afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()));
  expect([...collector.complaints, ...otherCollector.complaints]).toEqual([]);
  await Promise.all([backends, till, collector, otherCollector].map((each) => each.close()));
});

async function start(env: Readonly<Record<string, string>> = {}): Promise<TestService> {
  const service = await TestService.start({
    preload: [WORKFLOW, LOADED_PACKAGES],
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

/** What it has logged. */
function linesOf({ lines }: TestService): Record<string, unknown>[] {
  return lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const ofEvent = (id: string) => (spans: readonly ReceivedSpan[]) =>
  spans.find(({ name, attributes }) => name.startsWith('POST /webhooks') && attributes['event.id'] === id);

const attemptsOf = (id: string, number: number) => (spans: readonly ReceivedSpan[]) => {
  const attempts = spans.filter(
    ({ name, attributes }) => name === 'attempt order' && attributes['event.id'] === id,
  );
  return attempts.length >= number ? attempts.sort((a, b) => a.start - b.start) : undefined;
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

it('an event is one trace from the request to its last step, over processes and attempts, for Jaeger and OTLP alike', async () => {
  const collectors = [collector, otherCollector];
  const api = await start({ APP_ROLE: 'api', OTEL_EXPORTER_OTLP_ENDPOINT: otherCollector.url });
  const worker = await start({ ...api.env, APP_ROLE: 'worker' });
  const [number, customer, query] = Array.from({ length: 3 }, () => `mark${randomBytes(8).toString('hex')}`);
  const path = `/charges/${number}`;
  till.plan(path, { status: 500, body: `not for ${customer}` });
  const delivery = await orderDelivery(api, `${number}`, customer);
  const reply = await api.post(`github?token=${query}`, delivery.headers, delivery.body);
  const { id } = (await reply.json()) as { id: string };
  expect((await api.settled(id)).status).toBe('completed');
  for (const each of collectors) {
    await each.until(ofEvent(id));
    await each.until(attemptsOf(id, 2));
    await each.until((spans) => spans.find(({ name }) => name === 'dispatch'));
  }
  await stopAll();

  // Nothing may be in it that is secret, or that a payload says.
  const { password } = new URL(backends.env['DATABASE_URL'] ?? '');
  const secrets = ['GITHUB_WEBHOOK_SECRET', 'STRIPE_WEBHOOK_SECRET', 'OPS_TOKEN', 'HTTP_SIGNING_SECRET'];
  const forbidden = [
    ...secrets.map((name) => api.secret(name)),
    ...[number, customer, query, password, delivery.headers['x-hub-signature-256']],
  ].filter((text) => text !== undefined);
  for (const each of collectors) expectOneTrace(each, id, forbidden);

  const traceId = ofEvent(id)(collector.spans)?.traceId ?? '';
  expect(till.receivedAt(path).map(({ headers }) => headers['traceparent']?.slice(3, 35))).toEqual([
    traceId,
    traceId,
  ]);
  // Lines of the log are found by the trace, and by the request.
  for (const service of [api, worker]) {
    const lines = linesOf(service).filter((line) => line['trace.id'] === traceId);
    expect(lines).not.toEqual([]);
    for (const line of lines) {
      expect(line['http.request.id']).toBe(reply.headers.get('x-correlation-id'));
      expect(line['service.node.name']).toMatch(
        new RegExp(`^${service === api ? 'api' : 'worker'}:.+:${service.pid}$`),
      );
    }
  }
}, 120_000);

/** All that came of the event, which was charged at the second try, and nothing else. */
function expectOneTrace(at: TraceCollector, id: string, forbidden: readonly string[]): void {
  const request = ofEvent(id)(at.spans);
  const trace = at.trace(request?.traceId ?? '');
  expect(treeOf(trace)).toBe(CHARGED_AT_SECOND_TRY.trim());
  expect(trace.filter(({ service }) => service !== 'under-test')).toEqual([]);

  expect(request).toMatchObject({ kind: 'server', parentId: '', links: [STRANGER] });
  expect(request?.attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.route': '/webhooks/:provider',
    'http.response.status_code': 202,
    'event.provider': 'github',
    'event.type': 'order',
    'delivery.outcome': 'accepted',
  });
  expect(at.spans.filter(({ traceId }) => traceId === STRANGER.traceId)).toEqual([]);
  const attempts = attemptsOf(id, 2)(at.spans) ?? [];
  expect(attempts.map(({ attributes }) => attributes['run.attempt'])).toEqual([1, 2]);
  expect(attempts.map(({ attributes }) => attributes['run.status'])).toEqual(['retrying', 'completed']);
  expect(attempts[0]?.attributes).toMatchObject({
    'messaging.destination.name': 'runs-github',
    'event.provider': 'github',
    'event.type': 'order',
    'error.type': 'target_unavailable',
  });

  // The commit serves all who came at the same time: it has a trace of its own, and each leads to the other.
  const record = trace.find(({ name }) => name === 'record');
  const commit = at.spans.find(({ name }) => name === 'commit');
  expect(record?.links).toEqual([{ traceId: commit?.traceId, spanId: commit?.spanId }]);
  expect(commit?.links).toEqual([{ traceId: record?.traceId, spanId: record?.spanId }]);
  expect(treeOf(at.trace(commit?.traceId ?? ''))).toBe('commit\n  record-events');
  expect(new Set(at.spans.map(({ traceId }) => traceId))).toEqual(
    new Set([request?.traceId, commit?.traceId]),
  );

  const sent = Buffer.concat(at.bodies).toString('latin1');
  for (const text of forbidden.filter(Boolean)) expect(sent).not.toContain(text);
  expect(sent).toContain(id);
}

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
  const service = await start({ JAEGER_ENDPOINT: '', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
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
  expect(new Set(collector.spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
  expect(attempts).toHaveLength(2);
  const afterDispatch = CHARGED_AT_SECOND_TRY.slice(CHARGED_AT_SECOND_TRY.indexOf('  attempt'));
  expect(treeOf(collector.spans)).toBe(afterDispatch.replace(/^ {2}/gm, '').trim());
});

it('what is not signed leaves no trace', async () => {
  const service = await start();
  const delivery = await orderDelivery(service, '1');
  const reply = await service.post('github', delivery.headers, `${delivery.body} `);
  expect(reply.status).toBe(400);
  await stopAll();
  expect(collector.spans).toEqual([]);
  // So the log names none.
  const [line] = linesOf(service).filter(({ message }) => message === 'Delivery not verified');
  expect(line).toMatchObject({ 'http.request.id': reply.headers.get('x-correlation-id') });
  expect(linesOf(service).filter((any) => 'trace.id' in any)).toEqual([]);
  // Somebody would have been sent one: all that it takes is loaded.
  expect(service.lines.filter((line) => line.startsWith('Loaded of OpenTelemetry'))).toHaveLength(1);
  expect(service.lines).not.toContain(NOTHING_LOADED);
});

it('what is signed and refused is found in its trace, unless that is not sampled', async () => {
  const service = await start();
  const unsampled = await start({ OTEL_TRACES_SAMPLER_ARG: '0' });
  for (const each of [service, unsampled]) {
    expect((await send(each, await githubDelivery(each, 'order', []))).status).toBe(400);
  }
  const request = await collector.until((spans) =>
    spans.find(({ name }) => name.startsWith('POST /webhooks')),
  );
  await stopAll();
  const traces = [service, unsampled].map((each) => [
    ...new Set(linesOf(each).flatMap((line) => line['trace.id'] ?? [])),
  ]);
  expect(traces).toEqual([[request.traceId], []]);
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

it('without a collector nothing of the SDK of OpenTelemetry is loaded', async () => {
  const service = await TestService.start({ preload: [LOADED_PACKAGES], env: backends.env });
  await service.stop();
  expect(service.lines).toContain(NOTHING_LOADED);
});
