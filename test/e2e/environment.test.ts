import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { openBackends, QUEUE_BACKENDS, type TestBackends } from '../support/backends.js';
import { githubDelivery, sampleBody, send, stripeDelivery } from '../support/deliveries.js';
import { isAlive, pidFile, serverPid } from '../support/embedded-postgres.js';
import { eventually } from '../support/eventually.js';
import { openRelay } from '../support/outages.js';
import { makeFolder, removeFolder } from '../support/postgres.js';
import { problemOf } from '../support/problem.js';
import { Program, runProgram } from '../support/program.js';
import { RawConnection, requestHead } from '../support/raw-http.js';
import { runFailingService, secrets, TestService } from '../support/service.js';

const MAIN = 'main.js';
const ANY_PORT = { PORT: '0', HOST: '127.0.0.1' };

let folder: string;

beforeEach(() => {
  folder = makeFolder('environment');
});

afterEach(() => {
  removeFolder(folder);
});

describe('a wrong environment', () => {
  it('stops the start with every fault named at once, and no secret told', async () => {
    const { code, output } = await runFailingService(
      {
        PORT: '99999',
        NODE_ENV: 'staging',
        APP_ROLE: 'boss',
        DATABASE_URL: 'mysql://root:hunter1@localhost/shop',
        REDIS_URL: 'redis://:hunter2@localhost',
        REDIS_HOST: 'localhost',
        STRIPE_WEBHOOK_SECRETS: 'whsec_hunter3',
        PAYPAL_WEBHOOK_ID: 'WEBHOOK_ID',
        PAYPAL_ENV: 'production',
        WORKER_CONCURRENCY: '0',
        MAX_ATTEMPTS: 'three',
        RETRY_BASE_MS: '-1',
        SMTP_URL: 'http://mailer:hunter4@localhost',
        LOG_LEVEL: 'loud',
      },
      folder,
    );

    expect(output.split('\n').filter((line) => !line.startsWith('•'))).toEqual([
      'Cannot start: The configuration has 13 faults:',
      '  - STRIPE_WEBHOOK_SECRETS is not a setting; did you mean STRIPE_WEBHOOK_SECRET?',
      '  - PORT must be a whole number from 0 to 65535, but is "99999"',
      expect.stringMatching(/^ {2}- NODE_ENV must be one of .+, but is "staging"$/),
      expect.stringMatching(/^ {2}- APP_ROLE must be one of .+, but is "boss"$/),
      '  - DATABASE_URL must be a URL that starts with postgres:// or postgresql://',
      expect.stringMatching(/^ {2}- WORKER_CONCURRENCY must be .+, but is "0"$/),
      expect.stringMatching(/^ {2}- MAX_ATTEMPTS must be .+, but is "three"$/),
      expect.stringMatching(/^ {2}- RETRY_BASE_MS must be .+, but is "-1"$/),
      '  - SMTP_URL must be a URL that starts with smtp:// or smtps://',
      expect.stringMatching(/^ {2}- LOG_LEVEL must be one of .+, but is "loud"$/),
      expect.stringMatching(/^ {2}- PAYPAL_WEBHOOK_ID must be the id of your webhook/),
      expect.stringMatching(/^ {2}- PAYPAL_ENV must be one of .+, but is "production"$/),
      '  - REDIS_URL and REDIS_HOST or REDIS_PORT are both set: keep one of them',
    ]);
    expect(output).not.toContain('hunter');
    expect(code).toBe(1);
    expect(await readdir(folder)).not.toContain('.data');
  });

  it('in production is also one without a token, and no .env is written there', async () => {
    const { code, output } = await runFailingService({ ...ANY_PORT, NODE_ENV: 'production' }, folder);
    expect(output).toContain('OPS_TOKEN must be set in production');
    expect(code).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is as wrong when it stands in the .env file', async () => {
    const first = await runProgram(MAIN, { folder, env: { PORT: 'first' } });
    expect(first.output).toContain('PORT must be');
    const file = join(folder, '.env');
    const text = readFileSync(file, 'utf8')
      .replace(/^PORT=.*$/m, 'PORT=second')
      .concat('OPS_TOKENS=hunter5\n');
    writeFileSync(file, text);

    const { code, output } = await runProgram(MAIN, { folder });
    expect(output).not.toContain('Wrote');
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(output).toContain('PORT must be a whole number from 0 to 65535, but is "second"');
    expect(output).toContain('OPS_TOKENS is not a setting; did you mean OPS_TOKEN?');
    expect(output).not.toContain('hunter5');
    expect(code).toBe(1);
  });

  it('names a database that cannot be reached, not its password', async () => {
    const env = { ...ANY_PORT, DATABASE_URL: 'postgres://shop:hunter6@127.0.0.1:9/shop' };
    const { code, output } = await runFailingService(env, folder);
    expect(output).toMatch(/Cannot start: .*ECONNREFUSED 127\.0\.0\.1:9/);
    expect(output).not.toContain('hunter6');
    expect(code).toBe(1);
  });
});

describe('the first start', () => {
  let backends: TestBackends;

  beforeAll(async () => {
    backends = await openBackends('postgres', { empty: true });
  });

  afterAll(async () => {
    await backends.close();
  });

  it('fails, rather than coming up without a queue, when only the queue cannot connect', async () => {
    // BullMQ's connections are told by the schema that they ask for.
    const relay = await openRelay(
      backends.env['DATABASE_URL'] ?? '',
      (greeting) => !greeting.includes('search_path='),
    );
    const starting = runFailingService({ ...ANY_PORT, ...secrets(), DATABASE_URL: relay.url }, folder);
    const { code, output } = await starting.finally(() => relay.close());
    expect(output).toMatch(/^Cannot start: .*connection/im);
    expect(output).not.toContain('Ready on');
    expect(code).toBe(1);
  });

  it('writes a .env with fresh secrets, with which everything works', async () => {
    const env = { ...ANY_PORT, ...backends.env };
    const service = Program.start(MAIN, { folder, env });
    const [, url] = await service.line(/Ready on (http:\S+)/);

    const file = join(folder, '.env');
    const text = readFileSync(file, 'utf8');
    const values = parseEnv(text);
    const fresh = ['STRIPE_WEBHOOK_SECRET', 'GITHUB_WEBHOOK_SECRET', 'PAYPAL_WEBHOOK_SECRET', 'OPS_TOKEN'];
    expect(new Set(fresh.map((name) => values[name])).size).toBe(fresh.length);
    for (const name of fresh) expect(values[name]).toMatch(/^[\w-]{43}$/);
    expect(values['PAYPAL_WEBHOOK_ID']).toBe('');
    expect(values['PORT']).toBe('3001');
    expect(statSync(file).mode & 0o777).toBe(0o600);

    const sent = await runProgram('ops/commands/send.js', {
      args: ['paypal', 'PAYMENT.CAPTURE.COMPLETED', '--url', url!],
      folder,
    });
    expect(sent.output).toContain('202');

    const { code, output } = await service.end('SIGTERM');
    expect(code).toBe(0);
    for (const name of fresh) expect(output).not.toContain(values[name]);

    const again = Program.start(MAIN, { folder, env });
    await again.line(/Ready on/);
    expect((await again.end('SIGTERM')).output).not.toContain('Wrote');
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});

describe('a service with a database of its own', () => {
  let folders: { first: string; second: string };
  let first: TestService;
  let second: TestService;

  beforeAll(async () => {
    folders = { first: makeFolder('first'), second: makeFolder('second') };
    [first, second] = await Promise.all([
      TestService.start({ folder: folders.first }),
      TestService.start({ folder: folders.second }),
    ]);
  });

  afterAll(async () => {
    await Promise.all([first.stop(), second.stop()]);
    removeFolder(folders.first);
    removeFolder(folders.second);
  });

  it('runs beside another one, each with its own events', async () => {
    expect((await first.settled(await accept(first))).status).toBe('completed');
    expect(await first.events()).toHaveLength(1);
    expect(await second.events()).toEqual([]);
    expect((await second.settled(await accept(second))).status).toBe('completed');
    expect(await first.events()).toHaveLength(1);
  });

  it('keeps its folder to itself: a second start says who has it, and touches nothing', async () => {
    const dataDir = join(folders.first, '.data');
    const lock = readFileSync(join(dataDir, 'lock'), 'utf8');
    const { code, output } = await runFailingService(
      { ...ANY_PORT, ...secrets(), DATA_DIR: dataDir },
      folder,
    );

    const port = new URL(first.url).port;
    expect(output).toMatch(
      new RegExp(`${dataDir} is in use by process ${first.pid} on .+, port ${port}\\).+DATA_DIR`),
    );
    expect(code).toBe(1);
    expect(readFileSync(join(dataDir, 'lock'), 'utf8')).toBe(lock);
    expect((await first.settled(await accept(first))).status).toBe('completed');
  });

  it('ends with exit code 0 on SIGINT, and its database with it', async () => {
    const postmaster = postmasterOf(folders.second);
    expect(await second.end('SIGINT')).toBe(0);
    expectNoPostgres(folders.second, postmaster);
  });

  it('says so when its port is taken, and stops its database again', async () => {
    const { port } = new URL(first.url);
    const { code, output } = await runFailingService(
      { ...secrets(), PORT: port, HOST: '127.0.0.1' },
      folders.second,
    );
    expect(output).toContain('Starting the database');
    expect(output).toMatch(new RegExp(`^Cannot start: .*EADDRINUSE.*127\\.0\\.0\\.1:${port}`, 'm'));
    expect(code).toBe(1);
    expectNoPostgres(folders.second);
  });

  it('that is stopped while it starts stops its database, too', async () => {
    const starting = Program.start(MAIN, { folder: folders.second, env: { ...ANY_PORT, ...secrets() } });
    await starting.line(/Starting the database/);
    const postmaster = postmasterOf(folders.second);
    const { code, output } = await starting.end('SIGTERM');

    expect(output).toContain('Stopping: SIGTERM');
    expect(code).toBe(0);
    expectNoPostgres(folders.second, postmaster);
  });

  it('ends on SIGTERM after it has answered what was in hand, however long others take', async () => {
    const postmaster = postmasterOf(folders.first);
    const { headers, body } = stripeDelivery(first, sampleBody('stripe', 'charge.refunded'));
    const head = requestHead('POST /webhooks/stripe', [
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      `Stripe-Signature: ${headers['stripe-signature']}`,
    ]);
    const [prompt, slow] = await Promise.all([RawConnection.to(first.url), RawConnection.to(first.url)]);
    await Promise.all([prompt.write(head + body.slice(0, 100)), slow.write(head + body.slice(0, 100))]);
    // Both have arrived when a later request is answered.
    await fetch(`${first.url}/health`);

    const ended = first.end('SIGTERM');
    await eventually(
      () => (first.lines.includes('• Stopping: SIGTERM') ? true : undefined),
      5_000,
      () => 'the service does not stop',
    );
    await prompt.write(body.slice(100));
    expect((await prompt.reply()).status).toBe(202);
    await slow.closed();
    expect(await ended).toBe(0);
    expectNoPostgres(folders.first, postmaster);
  });
});

describe.each(QUEUE_BACKENDS)('a service in two processes in production, with the queue in %s', (queue) => {
  let backends: TestBackends;
  let api: TestService;
  let worker: TestService;

  beforeAll(async () => {
    backends = await openBackends(queue);
    const shared = { ...backends.env, ...secrets(), NODE_ENV: 'production' };
    api = await TestService.start({ env: { ...shared, APP_ROLE: 'api' } });
    // Only when the tables are there: that two may start at once is shown elsewhere.
    worker = await TestService.start({ env: { ...shared, APP_ROLE: 'worker' } });
  });

  afterAll(async () => {
    expect(await Promise.all([api.stop(), worker.stop()])).toEqual([0, 0]);
    await backends.close();
  });

  it('accepts in the one and completes in the other', async () => {
    const event = await api.settled(await accept(api));
    expect(event.status).toBe('completed');
    expect(event.runs[0]?.transitions[0]?.actor).toMatch(new RegExp(`^worker:.+:${worker.pid}$`));
  });

  it('takes no webhooks in the worker, whose health can be asked for', async () => {
    await problemOf(await send(worker, stripeDelivery(worker, sampleBody('stripe', 'charge.refunded'))), 404);
    await problemOf(await worker.post('stripe', { 'content-type': 'text/plain' }, 'x'), 404);
    await problemOf(await worker.get('/api/v1/events'), 404);
    for (const path of ['/health', '/health/live', '/health/ready']) {
      expect((await fetch(worker.url + path)).status).toBe(200);
    }
  });

  it('accepts while there is no worker, and completes when there is one again', async () => {
    const { env } = worker;
    expect(await worker.stop()).toBe(0);
    const id = await accept(api);
    expect((await api.events('status=received')).map((event) => event.id)).toEqual([id]);

    worker = await TestService.start({ env });
    expect((await api.settled(id)).status).toBe('completed');
    expect(await api.events('status=received')).toEqual([]);
  });

  it('writes no .env', async () => {
    for (const service of [api, worker]) expect(await readdir(service.folder)).toEqual(['logs']);
  });
});

async function accept(service: TestService): Promise<string> {
  const reply = await send(service, await githubDelivery(service, 'push', sampleBody('github', 'push')));
  expect(reply.status).toBe(202);
  return ((await reply.json()) as { id: string }).id;
}

function postmasterOf(serviceFolder: string): number {
  const pid = serverPid(join(serviceFolder, '.data'));
  expect(isAlive(pid)).toBe(true);
  return pid;
}

function expectNoPostgres(serviceFolder: string, postmaster?: number): void {
  expect(existsSync(pidFile(join(serviceFolder, '.data')))).toBe(false);
  if (postmaster !== undefined) expect(isAlive(postmaster)).toBe(false);
}
