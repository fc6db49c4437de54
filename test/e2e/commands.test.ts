import { readdir } from 'node:fs/promises';
import { providers } from '../../src/providers/index.js';
import { openBackends, type TestBackends } from '../support/backends.js';
import { inParallel } from '../support/in-parallel.js';
import { makeFolder, removeFolder } from '../support/postgres.js';
import { Program, runProgram, type Ending } from '../support/program.js';
import { otherSecrets, TestService } from '../support/service.js';

const SEND = 'ops/commands/send.js';
const DEMO = 'ops/commands/demo.js';

/** Others only their provider can sign. */
const samples = providers
  .filter(({ standIn }) => standIn === undefined)
  .flatMap(({ name, samples }) => samples.map(({ type }) => [name, type] as const));

describe('npm run send', () => {
  let backends: TestBackends;
  let service: TestService;

  beforeAll(async () => {
    backends = await openBackends('postgres');
    service = await TestService.start({ env: { ...backends.env, ...otherSecrets() } });
  });

  afterAll(async () => {
    expect(await service.stop()).toBe(0);
    await backends.close();
  });

  it('lists what can be sent', async () => {
    const { code, output } = await run('--list');
    expect(output.split('\n')).toEqual(samples.map((sample) => sample.join(' ')));
    expect(code).toBe(0);
  });

  it(
    'sends every sample, signed so that it is accepted and completed',
    async () => {
      await inParallel(samples, 3, async ([provider, type]) => {
        const { code, output } = await run(provider, type);
        const id = /^20[02] {"ids?":\[?"([^"]+)"\]?,"status":"accepted"}$/m.exec(output)?.[1];
        expect({ type, code, output, accepted: id !== undefined }).toMatchObject({ code: 0, accepted: true });
        expect((await service.settled(id!)).status).toBe('completed');
      });
      // A process for each.
    },
    samples.length * 5_000,
  );

  it('finds a sample by the part of its type before a dot', async () => {
    expect((await run('github', 'pull_request')).code).toBe(0);
  });

  it('--duplicate sends the same delivery twice', async () => {
    const { code, output } = await run('stripe', 'charge.refunded', '--duplicate');
    expect(statusesIn(output)).toEqual([202, 200]);
    expect(output).toContain('"status":"duplicate"');
    expect(code).toBe(0);
  });

  it('--bad-signature sends what is refused, and fails', async () => {
    for (const provider of ['stripe', 'paypal', 'github']) {
      const [, type] = samples.find(([name]) => name === provider)!;
      const { code, output } = await run(provider, type, '--bad-signature');
      expect(statusesIn(output)).toEqual([400]);
      expect(output).toContain('signature_mismatch');
      expect(code).toBe(1);
    }
  });

  it('--url sends to another address', async () => {
    const elsewhere = { ...service.env, PORT: '9' };
    const { code, output } = await runProgram(SEND, {
      args: ['stripe', 'charge.refunded', '--url', `${service.url}/`],
      folder: service.folder,
      env: elsewhere,
    });
    expect(output).toContain(`POST ${service.url}/webhooks/stripe\n202 `);
    expect(code).toBe(0);
  });

  it.each([
    ['no arguments', [], 'npm run send -- <provider> <type>'],
    ['no type', ['stripe'], 'npm run send -- <provider> <type>'],
    ['too many arguments', ['stripe', 'charge.refunded', 'now'], 'npm run send -- <provider> <type>'],
    [
      'an unknown provider',
      ['nobody', 'push'],
      `There is no provider nobody. There are: ${providers.map(({ name }) => name).join(', ')}`,
    ],
    [
      'a provider that alone can sign',
      ['discord', 'ENTITLEMENT_CREATE'],
      'Only discord can sign its deliveries: it keeps the private key, and DISCORD_PUBLIC_KEY is the public one.',
    ],
    ['an unknown type', ['stripe', 'push'], 'There is no sample stripe push. There are:\nstripe '],
    ['an unknown option', ['stripe', 'charge.refunded', '--twice'], '--twice'],
    ['an option without its value', ['stripe', 'charge.refunded', '--url'], '--url'],
  ] as const)('explains itself when it is given %s', async (_what, args, explanation) => {
    const { code, output } = await run(...args);
    expect(code).toBe(2);
    expect(output).toContain(explanation);
    expect(output).not.toMatch(/ at .*\.(js|ts):\d+/);
  });

  it('says so when no service answers', async () => {
    const { code, output } = await run('stripe', 'charge.refunded', '--url', 'http://127.0.0.1:9');
    expect(output).toMatch(
      /^No answer from http:\/\/127\.0\.0\.1:9\/webhooks\/stripe: .+ Is it running\? Try npm start\.$/m,
    );
    expect(output).not.toMatch(/ at .*\.(js|ts):\d+/);
    expect(code).toBeGreaterThan(0);
  });

  it('says so when there is nothing to sign with', async () => {
    const { code, output } = await runProgram(SEND, {
      args: ['stripe', 'charge.refunded'],
      folder: service.folder,
      env: { ...service.env, STRIPE_WEBHOOK_SECRET: '' },
    });
    expect(output).toContain('STRIPE_WEBHOOK_SECRET');
    expect(code).toBe(2);
  });

  it('--help shows how to use it', async () => {
    const { code, output } = await run('--help');
    for (const word of ['--list', '--duplicate', '--bad-signature', '--url']) expect(output).toContain(word);
    expect(code).toBe(0);
  });

  async function run(...args: string[]): Promise<Ending> {
    const env = { ...service.env, PORT: new URL(service.url).port };
    return runProgram(SEND, { args, folder: service.folder, env });
  }
});

describe('npm run demo', () => {
  let folder: string;

  beforeEach(() => {
    folder = makeFolder('demo');
  });

  afterEach(() => {
    removeFolder(folder);
  });

  it('shows one event of each provider that a first start sets up going through, and leaves nothing behind', async () => {
    const { code, output } = await runProgram(DEMO, { folder, env: { TMPDIR: folder } });

    const shown = providers.filter(({ settings }) => settings.some(({ generated }) => generated));
    for (const { name, samples: own } of shown) expect(output).toContain(`${name} ${own[0]!.type}`);
    expect(output.match(/→ 202 after \d+ ms/g)).toHaveLength(shown.length);
    expect(output.match(/^ {2}completed$/gm)).toHaveLength(shown.length);
    expect(output).not.toContain('dead_lettered');
    expect(output).toContain('One of the e-mails');
    expect(code).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves nothing behind either when it is stopped', async () => {
    const demo = Program.start(DEMO, { folder, env: { TMPDIR: folder } });
    await demo.line(/Starting the database/);
    const { code, output } = await demo.end('SIGINT');

    expect(output).toContain('Stopped by SIGINT');
    expect(code).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });
});

function statusesIn(output: string): number[] {
  return [...output.matchAll(/^(\d{3}) {/gm)].map(([, status]) => Number(status));
}
