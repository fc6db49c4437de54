import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBackends, type TestBackends } from '../support/backends.js';
import { makeFolder, removeFolder } from '../support/postgres.js';
import { problemOf, retryLater } from '../support/problem.js';
import { runProgram, type Ending } from '../support/program.js';
import { runFailingService, TestService } from '../support/service.js';

const FILE = 'providers.json';
const PUBLIC_URL = 'https://hooks.example.org';

const ACME = {
  documentation: 'https://acme.example.org/docs/webhooks',
  signature: {
    header: 'X-Acme-Signature',
    algorithm: 'hmac-sha512',
    encoding: 'base64url',
    prefix: 'v1,',
    signed: '{timestamp}.{body}',
  },
  timestamp: { header: 'X-Acme-Timestamp', unit: 'ms' },
  event: { id: '/id', type: '/type', entity: 'order-{/order/number}', occurredAt: '/at' },
  samples: {
    'order.created': { id: '{uuid}', type: 'order.created', order: { number: 42 }, at: '{now}' },
  },
};

/** What acme signs with, while it rotates its secret; the service has no secret of `nobody`. */
const SECRETS = { ACME_WEBHOOK_SECRET: 'acme-new,acme-old', OTHER_SHOP_WEBHOOK_SECRET: 'shop-key' };

let folder: string;

describe('providers of a file', () => {
  let backends: TestBackends;
  let service: TestService;

  beforeAll(async () => {
    backends = await openBackends('postgres');
    folder = makeFolder('providers');
    writeProviders({ acme: ACME, 'other-shop': { preset: 'square' }, nobody: ACME });
    const env = { ...backends.env, ...SECRETS, PROVIDERS_FILE: FILE, PUBLIC_URL };
    service = await TestService.start({ folder, env });
  });

  afterAll(async () => {
    expect(await service.stop()).toBe(0);
    removeFolder(folder);
    await backends.close();
  });

  it('take what is signed as they say, once', async () => {
    const delivery = acmeDelivery('acme-old');
    const reply = await service.post('acme', delivery.headers, delivery.body);
    expect(reply.status).toBe(202);
    const { id } = (await reply.json()) as { id: string };
    expect(await service.settled(id)).toMatchObject({
      provider: 'acme',
      type: 'order.created',
      entity: 'order-42',
      occurredAt: '2026-03-01T12:00:00.000Z',
      status: 'completed',
      // No workflow is for it, so it is logged.
      runs: [{ workflow: 'log', status: 'completed' }],
    });
    const again = await service.post('acme', delivery.headers, delivery.body);
    expect({ status: again.status, body: await again.json() }).toMatchObject({
      status: 200,
      body: { id, status: 'duplicate', eventStatus: 'completed' },
    });
  });

  it.each([
    ['another secret', () => acmeDelivery('acme'), 'signature_mismatch'],
    ['no signature', () => ({ headers: {}, body: '{}' }), 'signature_missing'],
    ['an old time', () => acmeDelivery('acme-new', Date.now() - 3_600_000), 'timestamp_stale'],
    ['a changed body', () => ({ ...acmeDelivery('acme-new'), body: '{}' }), 'signature_mismatch'],
  ])('refuse what has %s', async (_what, sign, reason) => {
    const { headers, body } = sign();
    expect(await problemOf(await service.post('acme', headers, body), 400)).toMatchObject({ reason });
  });

  it('name what is wrong with a signed body', async () => {
    const { headers, body } = acmeDelivery('acme-new', Date.now(), { type: 'order.created' });
    const { errors } = await problemOf(await service.post('acme', headers, body), 400);
    expect(errors).toEqual([{ path: '/id', message: expect.stringMatching(/^is missing/) as string }]);
  });

  it('are put off while they have no secret, and unknown if no file names them', async () => {
    await retryLater(await service.post('nobody', {}, '{}'));
    await problemOf(await service.post('somebody', {}, '{}'), 404);
  });

  it('can be paused like any other', async () => {
    const circuits = '/api/v1/circuits/provider:acme';
    expect((await service.order(`${circuits}/open`, { reason: 'a test' })).status).toBe(200);
    expect((await service.order(`${circuits}/close`, { reason: 'a test' })).status).toBe(200);
    const other = await service.order('/api/v1/circuits/provider:somebody/open', { reason: 'a test' });
    await problemOf(other, 404);
  });

  it('have samples that can be sent, signed for the address by which the service is known', async () => {
    const list = (await send('--list')).output.split('\n');
    expect(list).toEqual(expect.arrayContaining(['acme order.created', 'other-shop payment.updated']));
    for (const args of [
      ['acme', 'order.created'],
      ['other-shop', 'payment.updated'],
    ]) {
      const { code, output } = await send(...args);
      expect(output).toContain('\n202 ');
      expect(code).toBe(0);
    }
    const refused = await send('other-shop', 'payment.updated', '--bad-signature');
    expect(refused.output).toContain('signature_mismatch');
  });

  it('never show their secrets', () => {
    const printed = service.lines.join('\n');
    for (const secret of Object.values(SECRETS).join().split(',')) expect(printed).not.toContain(secret);
  });

  function send(...args: string[]): Promise<Ending> {
    const env = { ...service.env, PORT: new URL(service.url).port };
    return runProgram('ops/commands/send.js', { args, folder, env });
  }
});

describe('a file of providers with faults', () => {
  beforeEach(() => {
    folder = makeFolder('providers');
  });

  afterEach(() => {
    removeFolder(folder);
  });

  it('stops the start with all of them named at once, beside those of the environment', async () => {
    const misspelt = { ...ACME, signature: { ...ACME.signature, algoritm: 'x', signed: '{time}.{body}' } };
    writeProviders({ acme: misspelt, stripe: ACME, shop: { preset: 'sqare' } });
    const { code, output } = await start({ PORT: 'http', RETRY_OVERRIDES: 'acme=5', ...SECRETS });
    expect(output.split('\n').filter((line) => !line.startsWith('•'))).toEqual([
      'Cannot start: The configuration has 5 faults:',
      '  - PORT must be a whole number from 0 to 65535, but is "http"',
      expect.stringMatching(
        /^ {2}- providers\.json \/acme\/signature\/algoritm is not known; there are header,/,
      ),
      expect.stringMatching(
        /^ {2}- providers\.json \/acme\/signature\/signed has \{time\}; there are \{url\},/,
      ),
      '  - providers.json /stripe is a provider that there is already',
      expect.stringMatching(/^ {2}- providers\.json \/shop\/preset must be one of square,/),
    ]);
    expect(code).toBe(1);
  });

  it('is as faulty when it is not there, or no JSON', async () => {
    const missing = await start({});
    expect(missing.output).toContain('PROVIDERS_FILE: providers.json cannot be read (ENOENT)');
    expect(missing.code).toBe(1);
    writeFileSync(join(folder, FILE), '{"acme": hunter2}');
    const broken = await start({});
    expect(broken.output).toContain('providers.json is not JSON');
    expect(broken.output).not.toContain('hunter2');
    expect(broken.code).toBe(1);
  });

  function start(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
    return runFailingService({ ...env, PROVIDERS_FILE: FILE }, folder);
  }
});

function writeProviders(definitions: unknown): void {
  writeFileSync(join(folder, FILE), JSON.stringify(definitions));
}

/** Signed as acme does. */
function acmeDelivery(
  key: string,
  now = Date.now(),
  event: unknown = {
    id: 'o-1',
    type: 'order.created',
    order: { number: 42 },
    at: '2026-03-01T12:00:00Z',
  },
): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify(event);
  const signature = createHmac('sha512', key).update(`${now}.${body}`).digest('base64url');
  return {
    headers: { 'x-acme-signature': `v1,${signature}`, 'x-acme-timestamp': String(now) },
    body,
  };
}
