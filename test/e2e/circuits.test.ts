import { Queue } from 'bullmq';
import { randomUUID } from 'node:crypto';
import { queueName } from '../../src/model/index.js';
import type { CircuitList, CircuitView } from '../../src/ops/circuit.dto.js';
import type { QueueConnections } from '../../src/platform/queue/index.js';
import { readInstallationId } from '../../src/store/index.js';
import {
  connectTestQueue,
  loseQueue,
  openBackends,
  QUEUE_BACKENDS,
  type TestBackends,
} from '../support/backends.js';
import { githubDelivery, sampleBody, send, stripeDelivery } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { inParallel } from '../support/in-parallel.js';
import { MailServer } from '../support/mail-server.js';
import { problemOf } from '../support/problem.js';
import { TestService } from '../support/service.js';

/** Runs behind the circuit of a target that is down. `RUNS=5000` is the promise. */
const RUNS = Number(process.env['RUNS'] ?? 300);
const WITHIN_MS = 20_000 + RUNS * 30;
const CONCURRENCY = 16;
const COOLDOWN_MS = 1_000;
const GITHUB = 'provider:github';

describe.each(QUEUE_BACKENDS)('with the queue in %s', (backend) => {
  let backends: TestBackends;
  let mail: MailServer;
  let connections: QueueConnections;
  let service: TestService;
  let worker: TestService;

  beforeAll(async () => {
    [backends, mail] = await Promise.all([openBackends(backend), MailServer.start()]);
    const env = {
      ...backends.env,
      SMTP_URL: mail.url,
      WORKER_CONCURRENCY: String(CONCURRENCY),
      MAX_ATTEMPTS: '20',
      RETRY_BASE_MS: '60',
      CIRCUIT_COOLDOWN_MS: String(COOLDOWN_MS),
      CIRCUIT_FAILURES: '5',
    };
    service = await TestService.start({ env });
    worker = await TestService.start({ env: { ...service.env, APP_ROLE: 'worker' } });
    connections = await connectTestQueue(backends.env, await readInstallationId(backends.pool));
  });

  afterAll(async () => {
    await connections.close();
    expect(await Promise.all([service.stop(), worker.stop()])).toEqual([0, 0]);
    await mail.close();
    await backends.close();
  });

  const sql = async <Row extends object>(text: string, ...values: unknown[]): Promise<Row[]> =>
    (await backends.pool.query<Row>(text, values)).rows;

  async function circuit(name: string): Promise<CircuitView | undefined> {
    const { items } = (await (await service.get('/api/v1/circuits')).json()) as CircuitList;
    return items.find((item) => item.name === name);
  }

  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    await eventually(
      async () => ((await holds()) ? true : undefined),
      WITHIN_MS,
      () => what,
    );
  };

  const untilState = async (name: string, state: string): Promise<void> =>
    until(`${name} is not ${state}`, async () => (await circuit(name))?.state === state);

  async function withQueue<Result>(
    provider: string,
    use: (queue: Queue) => Promise<Result>,
  ): Promise<Result> {
    const { producer, prefix } = connections;
    const queue = new Queue(queueName(provider), { connection: producer, prefix });
    try {
      return await use(queue);
    } finally {
      await queue.close();
    }
  }

  const isPaused = async (provider: string): Promise<boolean> =>
    withQueue(provider, (queue) => queue.isPaused());

  async function push(): Promise<string> {
    const response = await send(service, await githubDelivery(service, 'push', sampleBody('github', 'push')));
    expect(response.status).toBe(202);
    return ((await response.json()) as { id: string }).id;
  }

  async function pay(to: string): Promise<string> {
    const body = sampleBody('stripe', 'payment_intent.succeeded');
    const { data, ...event } = body as { data: { object: object } };
    const payment = { ...event, data: { ...data, object: { ...data.object, receipt_email: to } } };
    const response = await send(service, stripeDelivery(service, payment));
    expect(response.status).toBe(202);
    return ((await response.json()) as { id: string }).id;
  }

  it(
    'runs behind a target that is down wait without an attempt, are probed one at a time, and all come to their end',
    async () => {
      const name = mail.url.replaceAll('//', '');
      const waiting = async (): Promise<number> => (await circuit(name))?.waitingRuns ?? 0;
      const countOf = async (reason: string): Promise<number> =>
        (
          await sql<{ count: number }>(
            `SELECT count(*)::int AS count FROM transitions JOIN runs ON runs.id = run_id
           WHERE reason = $1 AND provider = 'stripe'`,
            reason,
          )
        )[0]?.count ?? 0;
      await mail.close();
      const recipients = Array.from({ length: RUNS }, (_, index) => `payer-${index}@example.org`);
      await inParallel(recipients, 32, pay);
      await untilState(name, 'open');
      await until('all wait', async () => (await waiting()) >= RUNS - 1);

      const probes = async () =>
        sql<{ to: string; at: Date }>(
          `SELECT "to", at FROM circuit_changes WHERE name = $1 AND at > (SELECT opened_at FROM circuits WHERE name = $1)
         ORDER BY id`,
          name,
        );
      const probed = async (): Promise<number> =>
        (await probes()).filter(({ to }) => to === 'half_open').length;
      const before = await probed();
      await until('three more probes', async () => (await probed()) >= before + 3);
      const changes = await probes();
      expect(changes.map(({ to }) => to)).toEqual(
        changes.map((_, index) => (index % 2 === 0 ? 'half_open' : 'open')),
      );
      for (const [index, { to, at }] of changes.entries()) {
        const ended = changes[index - 1];
        if (to === 'half_open' && ended !== undefined)
          expect(at.getTime() - ended.at.getTime()).toBeGreaterThanOrEqual(COOLDOWN_MS - 1);
      }

      await mail.open();
      await until('all are done', async () => {
        const rows = await sql(
          `SELECT 1 FROM runs WHERE provider = 'stripe' AND status <> 'completed' LIMIT 1`,
        );
        return rows.length === 0;
      });
      const allProbes = await countOfProbes(name);
      const [failures, waits] = [await countOf('failed'), await countOf('circuit_open')];
      // In each process the 4 failures that did not open it yet, what was in hand when it opened, and the probes.
      expect(failures).toBeLessThanOrEqual(2 * (4 + CONCURRENCY) + allProbes);
      // Each run waits once; one that was a probe waits again.
      expect(waits).toBeLessThanOrEqual(RUNS + allProbes);
      expect((await circuit(name))?.state).toBe('closed');
      expect(mail.received.map(({ to }) => to).sort()).toEqual([...recipients].sort());
    },
    60_000 + 2 * WITHIN_MS,
  );

  async function countOfProbes(name: string): Promise<number> {
    const rows = await sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM circuit_changes WHERE name = $1 AND "to" = 'half_open'`,
      name,
    );
    return rows[0]?.count ?? 0;
  }

  it('a provider whose runs all fail is paused, also in a queue made anew, and resumed when a run succeeds', async () => {
    await sql(`
      CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;
      CREATE TRIGGER broken BEFORE INSERT ON entities FOR EACH ROW EXECUTE FUNCTION break()`);
    await inParallel(Array.from({ length: 40 }), 20, push);
    await untilState(GITHUB, 'open');
    await until('the queue is paused', () => isPaused('github'));
    expect(await isPaused('stripe')).toBe(false);

    await loseQueue(backends);
    await withQueue('github', (queue) => queue.resume());
    await until('the queue is paused again', () => isPaused('github'));
    await push();

    await sql('DROP TRIGGER broken ON entities');
    await untilState(GITHUB, 'closed');
    await until('the queue is resumed', async () => !(await isPaused('github')));
    expect((await service.settled(await push())).status).toBe('completed');
    await until('all are done', async () => {
      const rows = await sql(
        `SELECT 1 FROM runs WHERE provider = 'github' AND status <> 'completed' LIMIT 1`,
      );
      return rows.length === 0;
    });
  });

  it('a person may pause a provider and let it go on, with a reason for each', async () => {
    const opened = await service.order(`/api/v1/circuits/${GITHUB}/open`, {
      reason: 'GitHub sends too much',
    });
    expect(opened.status).toBe(200);
    expect(await opened.json()).toMatchObject({
      name: GITHUB,
      state: 'open',
      manual: true,
      reason: 'GitHub sends too much',
      retryAt: null,
    });
    await until('the queue is paused', () => isPaused('github'));
    const id = await push();
    expect((await service.event(id)).status).toBe('received');

    const closed = await service.order(`/api/v1/circuits/${GITHUB}/close`, {
      reason: 'It does not any more',
    });
    expect(await closed.json()).toMatchObject({ name: GITHUB, state: 'closed', manual: false });
    expect((await service.settled(id)).status).toBe('completed');
    const trail = await sql<{ to: string; reason: string; actor: string }>(
      `SELECT "to", reason, actor FROM circuit_changes WHERE name = $1 ORDER BY id DESC LIMIT 2`,
      GITHUB,
    );
    expect(trail).toEqual([
      { to: 'closed', reason: 'It does not any more', actor: 'ops' },
      { to: 'open', reason: 'GitHub sends too much', actor: 'ops' },
    ]);
  });

  it('a circuit is as long as the name of a host', async () => {
    const name = `http:${'internal.'.repeat(20)}example:443`;
    const opened = await service.order(`/api/v1/circuits/${name}/open`, { reason: 'moved' });
    expect([opened.status, ((await opened.json()) as CircuitView).state]).toEqual([200, 'open']);
    const closed = await service.order(`/api/v1/circuits/${name}/close`, { reason: 'moved' });
    expect(closed.status).toBe(200);
  });

  it('nothing is opened without a reason, or that has no circuit', async () => {
    for (const body of [{}, { reason: '' }, { reason: '  ' }, { reason: 1 }, { reason: 'x', more: 1 }, []]) {
      await problemOf(await service.order('/api/v1/circuits/provider:stripe/open', body), 400);
      await problemOf(await service.order(`/api/v1/circuits/${GITHUB}/close`, body), 400);
    }
    const reason = 'no such thing';
    for (const name of ['provider:nobody', 'stripe', 'http:example.org', randomUUID(), 'http:a%20b:80']) {
      await problemOf(await service.order(`/api/v1/circuits/${name}/open`, { reason }), 404);
    }
    await problemOf(
      await service.order('/api/v1/circuits/http:never.example.org:443/close', { reason }),
      404,
    );
    const stranger = await fetch(`${service.url}/api/v1/circuits/provider:stripe/open`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reason }),
    });
    await problemOf(stranger, 401);
    expect(await circuit('provider:stripe')).toBeUndefined();
  });
});
