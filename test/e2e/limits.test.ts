import { resolve } from 'node:path';
import { openBackends, QUEUE_BACKENDS, type TestBackends } from '../support/backends.js';
import {
  githubDelivery,
  sampleBody,
  send,
  stripeDelivery,
  type TestDelivery,
} from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { openRelay } from '../support/outages.js';
import { problemOf, retryLater } from '../support/problem.js';
import { RawConnection, rawRequest, requestHead } from '../support/raw-http.js';
import { TestService } from '../support/service.js';

const MEBIBYTE = 2 ** 20;
const JSON_TYPE = 'Content-Type: application/json';
const FILL_HEAP = resolve(__dirname, '../support/preload/fill-heap.mjs');

jest.setTimeout(120_000);

let backends: TestBackends;
let service: TestService;

beforeAll(async () => {
  backends = await openBackends('postgres');
});

afterAll(() => backends.close());

/** One service for all tests of a group: a start takes as long as most of them together. */
function serveWith(env: Record<string, string>, nodeArgs: readonly string[] = []): void {
  beforeAll(async () => {
    service = await TestService.start({ env: { ...backends.env, ...env }, nodeArgs, preload: [FILL_HEAP] });
  });

  afterAll(async () => {
    expect(await service.stop()).toBe(0);
  });
}

const payment = (to = service): TestDelivery =>
  stripeDelivery(to, sampleBody('stripe', 'payment_intent.succeeded'));

describe('a slow sender', () => {
  serveWith({ REQUEST_TIMEOUT_MS: '5000' });

  it('is answered 408 and cut off, and what it held is free again, though it goes on sending', async () => {
    const head = requestHead('POST /webhooks/github', [JSON_TYPE, `Content-Length: ${25 * MEBIBYTE}`]);
    const slow = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const connection = await RawConnection.to(service.url, { staysOpen: true });
        await connection.write(head);
        return connection;
      }),
    );
    // A byte on each ten times a second, also on those that were told to go.
    const trickle = setInterval(() => {
      slow.forEach((connection) => void connection.write(' '));
    }, 100);
    expect((await send(service, payment())).status).toBe(202);
    await retryLater(await rawRequest(service.url, head));

    for (const connection of slow) await problemOf(await connection.reply(), 408);
    await Promise.all(slow.map((connection) => connection.closed()));
    clearInterval(trickle);
    await problemOf(await service.post('github', {}, '1'.repeat(25 * MEBIBYTE)), 400);
  });

  it.each([
    ['of a head', 'POST /webhooks/stripe HTTP/1.1\r\nHost: loc'],
    ['of nothing', ''],
  ])('%s is cut off, too', async (_what, text) => {
    const connection = await RawConnection.to(service.url);
    await connection.write(text);
    await problemOf(await connection.reply(), 408);
    await connection.closed();
  });
});

describe('a service with ordinary room', () => {
  const LIMIT = 5;

  serveWith({ KEEP_ALIVE_MS: '620000', FAILED_VERIFICATIONS: String(LIMIT) });

  it('takes a hundred headers of a request at most', async () => {
    const headers = (count: number): string[] => Array.from({ length: count }, (_, index) => `X-${index}: 1`);
    // Beside the host.
    expect((await rawRequest(service.url, requestHead('GET /health/live', headers(99)))).status).toBe(200);
    for (const count of [100, 2_500]) {
      await problemOf(await rawRequest(service.url, requestHead('GET /health/live', headers(count))), 431);
    }
  });

  it('keeps a connection open between two requests for as long as it was set', async () => {
    const reply = await fetch(`${service.url}/health/live`);
    expect(reply.headers.get('keep-alive')).toBe('timeout=620');
  });

  it('answers failures beyond the limit with 429, without the body where the head says it all; what verifies is taken', async () => {
    const forge = (): Promise<Response> =>
      service.post('stripe', { 'stripe-signature': `t=1,v1=${'0'.repeat(64)}` }, '{}');
    for (let count = 0; count < LIMIT; count++) await problemOf(await forge(), 400);

    const reply = await forge();
    expect(reply.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(await problemOf(reply, 429)).toMatchObject({ title: 'Too many failed verifications' });
    const unsigned = requestHead('POST /webhooks/github', [JSON_TYPE, `Content-Length: ${25 * MEBIBYTE}`]);
    await problemOf(await rawRequest(service.url, unsigned), 429);

    expect((await send(service, payment())).status).toBe(202);
    const push = await githubDelivery(service, 'push', sampleBody('github', 'push'));
    expect((await send(service, push)).status).toBe(202);
    expect(service.lines.filter((line) => line.includes('"Delivery not verified"'))).toHaveLength(LIMIT);
    expect(service.lines.filter((line) => line.includes('"Too many failed verifications"'))).toHaveLength(1);
  });
});

describe('connections', () => {
  serveWith({ MAX_CONNECTIONS: '10' });

  it('are as many as may be; one more is closed, until one of them ends', async () => {
    const open = await Promise.all(Array.from({ length: 10 }, () => RawConnection.to(service.url)));
    const live = requestHead('GET /health/live');
    for (const connection of open) {
      await connection.write(live);
      expect((await connection.reply()).status).toBe(200);
    }
    await expect(rawRequest(service.url, live)).rejects.toThrow('The connection ended');

    open.pop()?.destroy();
    await eventually(
      () => rawRequest(service.url, live).catch(() => undefined),
      10_000,
      () => 'no connection is taken although one has ended',
    );
    open.forEach((connection) => connection.destroy());
  });
});

describe('a service without room for more work', () => {
  serveWith({}, ['--max-old-space-size=600']);

  it('asks senders to come again, and is alive', async () => {
    expect((await send(service, payment())).status).toBe(202);

    service.child.kill('SIGUSR2');
    await eventually(
      async () => {
        const reply = await send(service, payment());
        return reply.status === 503 && (await retryLater(reply)).title === 'Overloaded' ? true : undefined;
      },
      30_000,
      () => 'everything is accepted although the heap is full',
    );
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);

    service.child.kill('SIGUSR2');
    await eventually(
      async () => ((await send(service, payment())).status === 202 ? true : undefined),
      30_000,
      () => 'nothing is accepted although the heap is free again',
    );
  });
});

describe.each(QUEUE_BACKENDS)('the rate of a provider, counted in %s', (queue) => {
  const RATE = { RATE_LIMITS: 'stripe=3/h', STRIPE_WEBHOOK_SECRET: 'whsec_of_both_processes' };

  let own: TestBackends;

  beforeAll(async () => {
    own = await openBackends(queue);
  });

  afterEach(async () => {
    expect(await service.stop()).toBe(0);
  });

  afterAll(() => own.close());

  it('counts what verifies, for this provider alone, of all processes where there is Redis', async () => {
    service = await TestService.start({ env: { ...own.env, ...RATE } });
    const other = await TestService.start({ env: { ...own.env, ...RATE } });
    for (let count = 0; count < 9; count++) await service.post('stripe', {}, '{}');

    const statuses: number[] = [];
    for (let count = 0; count < 3; count++) {
      for (const process of [service, other]) statuses.push((await send(process, payment(process))).status);
    }
    expect(statuses.filter((status) => status === 202)).toHaveLength(queue === 'redis' ? 3 : 6);
    const refused = await send(service, payment());
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d{2,3}$/);
    expect(await problemOf(refused, 429)).toMatchObject({ title: 'Too many deliveries' });
    const push = await githubDelivery(service, 'push', sampleBody('github', 'push'));
    expect((await send(service, push)).status).toBe(202);
    expect(await other.stop()).toBe(0);
  });

  if (queue === 'redis') {
    it('refuses nothing while Redis is away or hangs', async () => {
      const relay = await openRelay(own.env['REDIS_URL'] ?? '');
      service = await TestService.start({ env: { ...own.env, ...RATE, REDIS_URL: relay.url } });
      const statusOf = async (): Promise<number> => (await send(service, payment())).status;
      const limited = (): Promise<true> =>
        eventually(
          async () => ((await statusOf()) === 429 ? true : undefined),
          20_000,
          () => 'there is no limit although Redis is there',
        );
      await limited();

      await relay.down();
      for (let count = 0; count < 5; count++) expect(await statusOf()).toBe(202);
      await relay.up();
      await limited();

      relay.blackHole();
      for (let count = 0; count < 5; count++) expect(await statusOf()).toBe(202);
      relay.heal();
      const told = service.lines.filter((line) => line.includes('The counts of limits are away'));
      expect(told.length).toBeLessThan(5);
      await relay.close();
    });
  }
});
