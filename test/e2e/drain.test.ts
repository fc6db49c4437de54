import { setTimeout as sleep } from 'node:timers/promises';
import { openBackends, type TestBackends } from '../support/backends.js';
import { githubDelivery, sampleBody } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { startLoadBalancer } from '../support/load-balancer.js';
import { TestService } from '../support/service.js';

/** Within this many milliseconds a second signal is taken for the echo of the first. */
const ECHO_MS = 500;

let backends: TestBackends;
const services: TestService[] = [];

/** Of services that one load balancer may choose from. */
const SHARED = { GITHUB_WEBHOOK_SECRET: 'secret_of_both_services' };

beforeAll(async () => {
  backends = await openBackends('redis');
});

afterAll(async () => {
  for (const service of services.splice(0)) {
    await service.end('SIGKILL');
    await service.stop();
  }
  await backends.close();
});

async function start(env: Readonly<Record<string, string>>): Promise<TestService> {
  const service = await TestService.start({ env: { ...backends.env, ...env } });
  services.push(service);
  return service;
}

/** Asks it to stop, and waits until it says that it is not ready any more. */
async function beginToStop(service: TestService): Promise<void> {
  service.child.kill('SIGTERM');
  const told = await eventually(
    async () => {
      const reply = await fetch(`${service.url}/health/ready`);
      return reply.status === 503 ? await reply.json() : undefined;
    },
    5_000,
    () => 'the service is ready as before',
  );
  expect(told).toMatchObject({ details: { service: { status: 'down', state: 'draining' } } });
}

async function stopsAtOnce(service: TestService): Promise<void> {
  expect(await service.end('SIGTERM')).toBe(0);
  expect(service.lines.filter((line) => line.includes('DRAIN_DELAY_MS'))).toEqual([]);
}

async function deliver(service: TestService, url = service.url): Promise<string> {
  const { provider, headers, body } = await githubDelivery(service, 'push', sampleBody('github', 'push'));
  const reply = await fetch(`${url}/webhooks/${provider}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await reply.text();
  if (reply.status !== 202) throw new Error(`The delivery was answered ${reply.status}: ${text}`);
  return (JSON.parse(text) as { id: string }).id;
}

describe('a service that is asked to stop', () => {
  it('is not ready, and does everything as before, until DRAIN_DELAY_MS is over or another signal comes', async () => {
    const service = await start({ DRAIN_DELAY_MS: '300000' });
    await beginToStop(service);
    const id = await deliver(service);
    expect((await service.settled(id)).status).toBe('completed');
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);

    await sleep(ECHO_MS);
    expect(await service.end('SIGTERM')).toBe(0);
  });

  it('stops at once where it takes no webhooks', async () => {
    await stopsAtOnce(await start({ DRAIN_DELAY_MS: '300000', APP_ROLE: 'worker' }));
  });
});

describe('behind a load balancer that looks at readiness', () => {
  const DELAY_MS = 6_000;
  let old: TestService;
  let next: TestService;

  beforeAll(async () => {
    [old, next] = await Promise.all([start({ ...SHARED, DRAIN_DELAY_MS: String(DELAY_MS) }), start(SHARED)]);
  });

  it('a service that is asked to stop does so by itself when DRAIN_DELAY_MS is over, and no delivery fails', async () => {
    const balancer = await startLoadBalancer([old.url, next.url], { looksAt: '/health/ready' });
    let stopped = false;
    try {
      const senders = Array.from({ length: 4 }, async () => {
        let delivered = 0;
        for (; !stopped || delivered === 0; delivered++) await deliver(next, balancer.url);
        return delivered;
      });
      await deliver(next, balancer.url);
      const askedAt = performance.now();
      expect(await old.end('SIGTERM')).toBe(0);
      expect(performance.now() - askedAt).toBeGreaterThan(DELAY_MS);
      await deliver(next, balancer.url);
      stopped = true;
      expect(Math.min(...(await Promise.all(senders)))).toBeGreaterThan(0);
    } finally {
      stopped = true;
      await balancer.stop();
    }
  }, 120_000);

  it('one stops at once where no delay is set', () => stopsAtOnce(next));
});
