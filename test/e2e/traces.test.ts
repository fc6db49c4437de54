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
/** A second one, for what is sent to two, and for a second service. */
let otherCollector: TraceCollector;
const services: TestService[] = [];

/** Each group has a database, a queue, a target and two collectors of its own, and shares its services. */
function openAll(): void {
  beforeAll(async () => {
    [backends, till, collector, otherCollector] = await Promise.all([
      openBackends('redis'),
      HttpTarget.start(),
      TraceCollector.start(),
      TraceCollector.start(),
    ]);
  });

  afterAll(async () => {
    await stopAll();
    expect([...collector.complaints, ...otherCollector.complaints]).toEqual([]);
    await Promise.all([backends, till, collector, otherCollector].map((each) => each.close()));
  });
}

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

/** What it has logged of a request, once there is something. */
async function linesOfRequest(service: TestService, reply: Response): Promise<Record<string, unknown>[]> {
  const id = reply.headers.get('x-correlation-id');
  return eventually(
    () => {
      const lines = linesOf(service).filter((line) => line['http.request.id'] === id);
      return Promise.resolve(lines.length > 0 ? lines : undefined);
    },
    10_000,
    () => `nothing is logged of the request ${id}`,
  );
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

const commitsAt = ({ spans }: TraceCollector) => spans.filter(({ name }) => name === 'commit');

const tracesBesideCommitsAt = (at: TraceCollector): Set<string> => {
  const known = new Set(commitsAt(at).map(({ traceId }) => traceId));
  return new Set(at.spans.map(({ traceId }) => traceId).filter((traceId) => !known.has(traceId)));
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

describe('an api and a worker', () => {
  openAll();

  let api: TestService;
  let worker: TestService | undefined;

  beforeAll(async () => {
    api = await start({ APP_ROLE: 'api', OTEL_EXPORTER_OTLP_ENDPOINT: otherCollector.url });
  });

  const startWorker = async (): Promise<TestService> =>
    (worker ??= await start({ ...api.env, APP_ROLE: 'worker' }));

  it('what was dispatched again after the queue was emptied goes on in the trace of its event', async () => {
    const id = await order(api, '1');
    const request = await collector.until(ofEvent(id));
    const dispatches = () => collector.trace(request.traceId).filter(({ name }) => name === 'dispatch');
    await collector.until(() => (dispatches().length === 1 ? true : undefined));
    await loseQueue(backends);
    await collector.until(() => (dispatches().length === 2 ? true : undefined));
    await startWorker();
    await api.settled(id);
    const [attempt] = await collector.until(attemptsOf(id, 1));
    expect(attempt).toMatchObject({ traceId: request.traceId, parentId: request.spanId });
    expect(dispatches().map(({ attributes }) => attributes['run.dispatch'])).toEqual([1, 2]);
  });

  it('an event is one trace from the request to its last step, over processes and attempts, for Jaeger and OTLP alike', async () => {
    const collectors = [collector, otherCollector];
    const worker = await startWorker();
    const earlier = collectors.map(tracesBesideCommitsAt);
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
    for (const each of collectors) {
      await each.until(ofEvent(id));
      await each.until(attemptsOf(id, 2));
      await each.until((spans) => {
        const traceId = ofEvent(id)(spans)?.traceId;
        return spans.find((span) => span.name === 'dispatch' && span.traceId === traceId);
      });
    }
    await stopAll();

    // Nothing may be in it that is secret, or that a payload says.
    const { password } = new URL(backends.env['DATABASE_URL'] ?? '');
    const secrets = ['GITHUB_WEBHOOK_SECRET', 'STRIPE_WEBHOOK_SECRET', 'OPS_TOKEN', 'HTTP_SIGNING_SECRET'];
    const forbidden = [
      ...secrets.map((name) => api.secret(name)),
      ...[number, customer, query, password, delivery.headers['x-hub-signature-256']],
    ].filter((text) => text !== undefined);
    for (const [index, each] of collectors.entries()) expectOneTrace(each, id, forbidden, earlier[index]);

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
});

describe('a service, and one of which nothing is sampled', () => {
  openAll();

  let otherBackends: TestBackends;
  let service: TestService;
  let unsampled: TestService;

  beforeAll(async () => {
    otherBackends = await openBackends('postgres');
    [service, unsampled] = await Promise.all([
      start({ JAEGER_ENDPOINT: '', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }),
      start({
        ...otherBackends.env,
        REDIS_URL: '',
        JAEGER_ENDPOINT: `${otherCollector.url}/api/traces`,
        OTEL_TRACES_SAMPLER_ARG: '0',
      }),
    ]);
  });

  // Both are stopped by then.
  afterAll(() => otherBackends.close());

  /** Signed, but not what is known as an order. */
  const refuse = async (by: TestService): Promise<Response> => {
    const reply = await send(by, await githubDelivery(by, 'order', []));
    expect(reply.status).toBe(400);
    return reply;
  };

  it('what is not signed leaves no trace', async () => {
    const delivery = await orderDelivery(service, '1');
    const reply = await service.post('github', delivery.headers, `${delivery.body} `);
    expect(reply.status).toBe(400);
    // So the log names none.
    const lines = await linesOfRequest(service, reply);
    expect(lines.map(({ message }) => message)).toContain('Delivery not verified');
    expect(linesOf(service).filter((any) => 'trace.id' in any)).toEqual([]);
    // Spans are sent in the order in which they end, so one of it would be here before this one.
    const [line] = await linesOfRequest(service, await refuse(service));
    await collector.until((spans) => spans.find(({ traceId }) => traceId === line?.['trace.id']));
    expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(new Set([line?.['trace.id']]));
  });

  it('what is signed and refused is found in its trace, unless that is not sampled', async () => {
    const earlier = new Set(collector.spans.map(({ traceId }) => traceId));
    const replies = [await refuse(service), await refuse(unsampled)] as const;
    const request = await collector.until((spans) =>
      spans.find(({ name, traceId }) => name.startsWith('POST /webhooks') && !earlier.has(traceId)),
    );
    const lines = [await linesOfRequest(service, replies[0]), await linesOfRequest(unsampled, replies[1])];
    const traces = lines.map((each) => [...new Set(each.flatMap((line) => line['trace.id'] ?? []))]);
    expect(traces).toEqual([[request.traceId], []]);
  });

  it('a redrive is a new trace, linked to the one that ended in the dead letter', async () => {
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
    const well = await order(unsampled, '1');
    expect((await unsampled.settled(well)).status).toBe('completed');
    till.plan('/charges/2', 500);
    const id = await order(unsampled, '2');
    const event = await unsampled.settled(id);
    expect(event.status).toBe('completed');
    const attempts = await otherCollector.until(attemptsOf(id, 2));
    await unsampled.stop();
    const [traceId = ''] = event.runs[0]?.transitions.map((transition) => transition.traceId) ?? [];
    expect(tracesBesideCommitsAt(otherCollector)).toEqual(new Set([traceId]));
    expect(attempts).toHaveLength(2);
    const afterDispatch = CHARGED_AT_SECOND_TRY.slice(CHARGED_AT_SECOND_TRY.indexOf('  attempt'));
    expect(treeOf(otherCollector.trace(traceId ?? ''))).toBe(afterDispatch.replace(/^ {2}/gm, '').trim());
  });
});

describe('a collector', () => {
  openAll();

  it('that refuses or hangs holds up nothing, and is told of once each time', async () => {
    otherCollector.behaviour = 'refuses';
    const service = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: otherCollector.url });
    const told = (what: string): number => service.lines.filter((line) => line.includes(`"${what}"`)).length;
    const ids: string[] = [];
    /** Orders until it holds. */
    const orderUntil = async (what: string, holds: () => boolean): Promise<void> => {
      await eventually(
        async () => {
          ids.push(await order(service, `${ids.length}`));
          return holds() ? true : undefined;
        },
        30_000,
        () => what,
        100,
      );
    };
    for (const [index, how] of (['refuses', 'hangs'] as const).entries()) {
      collector.behaviour = how;
      const { requests } = collector;
      await orderUntil(
        `nothing was told of the collector that ${how}`,
        () => told('Jaeger takes no traces') > index && collector.requests > requests + 1,
      );
      for (const id of ids) expect((await service.settled(id)).status).toBe('completed');
      expect(told('Jaeger takes no traces')).toBe(index + 1);
      if (how === 'hangs') break;
      collector.behaviour = 'takes';
      await orderUntil('nothing was told of its return', () => told('Jaeger takes no traces: over') > index);
    }
    expect(told('The OTLP collector takes no traces')).toBeGreaterThan(0);
    expect(await service.stop()).toBe(0);
    // Somebody would have been sent something: all that it takes is loaded.
    expect(service.lines.filter((line) => line.startsWith('Loaded of OpenTelemetry'))).toHaveLength(1);
    expect(service.lines).not.toContain(NOTHING_LOADED);
  }, 120_000);

  it('that is not there needs nothing of the SDK of OpenTelemetry', async () => {
    const service = await TestService.start({ preload: [LOADED_PACKAGES], env: backends.env });
    await service.stop();
    expect(service.lines).toContain(NOTHING_LOADED);
  });
});

/** All that came of the event, which was charged at the second try, and nothing else but the traces of before. */
function expectOneTrace(
  at: TraceCollector,
  id: string,
  forbidden: readonly string[],
  earlier: ReadonlySet<string> = new Set(),
): void {
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

  // A commit serves all who came at the same time: it has a trace of its own, and each leads to the other.
  const committed = trace.filter(({ name }) => name in SHARED_STATEMENTS);
  for (const span of committed) {
    const commit = commitsAt(at).find(({ links }) => links.some(({ spanId }) => spanId === span.spanId));
    expect(span.links).toEqual([{ traceId: commit?.traceId, spanId: commit?.spanId }]);
    expect(commit?.links).toEqual([{ traceId: span.traceId, spanId: span.spanId }]);
    const statement = SHARED_STATEMENTS[span.name as keyof typeof SHARED_STATEMENTS];
    expect(treeOf(at.trace(commit?.traceId ?? ''))).toBe(`commit\n  ${statement}`);
  }
  expect(new Set(committed.map(({ name }) => name))).toEqual(new Set(Object.keys(SHARED_STATEMENTS)));
  expect(tracesBesideCommitsAt(at)).toEqual(new Set([...earlier, request?.traceId]));

  const sent = Buffer.concat(at.bodies).toString('latin1');
  for (const text of forbidden.filter(Boolean)) expect(sent).not.toContain(text);
  expect(sent).toContain(id);
}
