import { once } from 'node:events';
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

beforeAll(async () => {
  backends = await openBackends('redis');
});

afterEach(async () => {
  for (const service of services.splice(0)) {
    await service.end('SIGKILL');
    await service.stop();
  }
});

afterAll(() => backends.close());

async function start(env: Readonly<Record<string, string>>): Promise<TestService> {
  const service = await TestService.start({ env: { ...backends.env, ...services[0]?.env, ...env } });
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

  it('stops by itself when DRAIN_DELAY_MS is over', async () => {
    const service = await start({ DRAIN_DELAY_MS: '1500' });
    const exited = once(service.child, 'exit');
    const askedAt = performance.now();
    await beginToStop(service);
    expect(await exited).toEqual([0, null]);
    expect(performance.now() - askedAt).toBeGreaterThan(1_500);
  });

  it.each([
    ['no delay is set', {}],
    ['it takes no webhooks', { DRAIN_DELAY_MS: '300000', APP_ROLE: 'worker' }],
  ])('stops at once where %s', async (_why, env) => {
    const service = await start(env);
    expect(await service.end('SIGTERM')).toBe(0);
    expect(service.lines.filter((line) => line.includes('DRAIN_DELAY_MS'))).toEqual([]);
  });

  it('fails no delivery of a load balancer that looks at its readiness', async () => {
    const old = await start({ DRAIN_DELAY_MS: '6000' });
    const next = await start({});
    const balancer = await startLoadBalancer([old.url, next.url], { looksAt: '/health/ready' });
    let stopped = false;
    try {
      const senders = Array.from({ length: 4 }, async () => {
        let delivered = 0;
        for (; !stopped || delivered === 0; delivered++) await deliver(next, balancer.url);
        return delivered;
      });
      await deliver(next, balancer.url);
      expect(await old.end('SIGTERM')).toBe(0);
      await deliver(next, balancer.url);
      stopped = true;
      expect(Math.min(...(await Promise.all(senders)))).toBeGreaterThan(0);
    } finally {
      stopped = true;
      await balancer.stop();
    }
  }, 120_000);
});
