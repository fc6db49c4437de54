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
import { openRelay, type Relay } from '../support/outages.js';
import { problemOf, retryLater } from '../support/problem.js';
import { RawConnection, rawRequest, requestHead } from '../support/raw-http.js';
import { TestService } from '../support/service.js';

const MEBIBYTE = 2 ** 20;
const LIMIT = 5;
const CONNECTIONS = 20;
const JSON_TYPE = 'Content-Type: application/json';
const FILL_HEAP = resolve(__dirname, '../support/preload/fill-heap.mjs');

jest.setTimeout(120_000);

let service: TestService;

const payment = (to = service): TestDelivery =>
  stripeDelivery(to, sampleBody('stripe', 'payment_intent.succeeded'));

describe('a service with limits', () => {
  let backends: TestBackends;

  beforeAll(async () => {
    backends = await openBackends('postgres');
    service = await TestService.start({
      env: {
        ...backends.env,
        MAX_CONNECTIONS: String(CONNECTIONS),
        REQUEST_TIMEOUT_MS: '5000',
        KEEP_ALIVE_MS: '620000',
        FAILED_VERIFICATIONS: String(LIMIT),
      },
      nodeArgs: ['--max-old-space-size=600'],
      preload: [FILL_HEAP],
    });
  });

  afterAll(async () => {
    expect(await service.stop()).toBe(0);
    await backends.close();
  });

  it('has as many connections as it may; one more is closed, until one of them ends', async () => {
    // None is left open by another test: this is the first.
    const open = await Promise.all(Array.from({ length: CONNECTIONS }, () => RawConnection.to(service.url)));
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

  describe('cuts off a slow sender', () => {
    const halves = { 'half a head': 'POST /webhooks/stripe HTTP/1.1\r\nHost: loc', nothing: '' };
    let lingering: Record<string, RawConnection>;

    // All wait for the same five seconds.
    beforeAll(async () => {
      lingering = {};
      for (const [what, text] of Object.entries(halves)) {
        lingering[what] = await RawConnection.to(service.url);
        await lingering[what].write(text);
      }
    });

    it('of a body with 408, and what it held is free again, though it goes on sending', async () => {
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
      // Quotes and all, it is as large as GitHub's may be. It is signed, and no event.
      const large = await githubDelivery(service, 'push', '1'.repeat(25 * MEBIBYTE - 2));
      await problemOf(await send(service, large), 400);
    });

    it.each(Object.keys(halves))('of %s with 408', async (what) => {
      const connection = lingering[what]!;
      await problemOf(await connection.reply(), 408);
      await connection.closed();
    });
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
    const told = service.lines.filter((line) => line.includes('"Too many failed verifications"'));
    expect(told.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ 'http.request.id': reply.headers.get('x-correlation-id') }),
    ]);
  });

  it('without room for more work asks senders to come again, and is alive', async () => {
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
  let other: TestService;
  /** The way of one of them to Redis. */
  let relay: Relay | undefined;

  beforeAll(async () => {
    // Two that start at once make the tables.
    own = await openBackends(queue, { empty: true });
    const { REDIS_URL } = own.env;
    relay = REDIS_URL === undefined ? undefined : await openRelay(REDIS_URL);
    const env = { ...own.env, ...RATE };
    [service, other] = await Promise.all([
      TestService.start({ env: { ...env, ...(relay !== undefined && { REDIS_URL: relay.url }) } }),
      TestService.start({ env }),
    ]);
  });

  afterAll(async () => {
    await relay?.close();
    expect(await Promise.all([service.stop(), other.stop()])).toEqual([0, 0]);
    await own.close();
  });

  it('counts what verifies, for this provider alone, of all processes where there is Redis', async () => {
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
  });

  if (queue === 'redis') {
    it('refuses nothing while Redis is away or hangs', async () => {
      const statusOf = async (): Promise<number> => (await send(service, payment())).status;
      const limited = (): Promise<true> =>
        eventually(
          async () => ((await statusOf()) === 429 ? true : undefined),
          20_000,
          () => 'there is no limit although Redis is there',
        );
      await limited();

      await relay?.down();
      for (let count = 0; count < 5; count++) expect(await statusOf()).toBe(202);
      await relay?.up();
      await limited();

      relay?.blackHole();
      for (let count = 0; count < 5; count++) expect(await statusOf()).toBe(202);
      relay?.heal();
      const told = service.lines.filter((line) => line.includes('The counts of limits are away'));
      expect(told.length).toBeLessThan(5);
    });
  }
});
