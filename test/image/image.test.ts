import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import type { EventPage } from '../../src/ops/event.dto.js';
import { freshSecret } from '../../src/platform/config/index.js';
import { interpolate, readComposeFile } from '../support/compose.js';
import { startDatabase } from '../support/embedded-postgres.js';
import { eventually } from '../support/eventually.js';
import { InstalledServer } from '../support/installed-program.js';
import { makeFolder, removeFolder } from '../support/postgres.js';
import { buildImage, type Image } from './build-image.js';
import { enter, runIn } from './sandbox.js';

const { services } = readComposeFile();
const service = services['app']!;

/** What somebody has written into `.env`. */
const variables = {
  POSTGRES_PASSWORD: freshSecret(),
  REDIS_PASSWORD: freshSecret(),
  OPS_TOKEN: freshSecret(),
  STRIPE_WEBHOOK_SECRET: freshSecret(),
  GITHUB_WEBHOOK_SECRET: freshSecret(),
  PAYPAL_WEBHOOK_SECRET: freshSecret(),
};

const SENT = ['stripe payment_intent.succeeded', 'paypal PAYMENT.CAPTURE.COMPLETED', 'github push'];

const URL_OF_SERVICE = 'http://127.0.0.1:3001';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

describe('the image, with what the compose file gives it', () => {
  const opened: (() => unknown)[] = [];
  let image: Image;

  beforeAll(async () => {
    if (process.getuid?.() !== 0) throw new Error('This needs Linux and root, for roots of its own');
    const folder = makeFolder('image');
    opened.push(() => {
      removeFolder(folder);
    });
    image = await buildImage(join(folder, 'stages'), (line) => print(`  ${line}`));

    const database = await startDatabase(join(folder, 'data'));
    opened.push(() => database.close());
    await createRole(database.url);
    const postgres = await relay(5432, Number(new URL(database.url).port));
    opened.push(() => postgres.close());
    const command = services['redis']?.command ?? [];
    const args = command.slice(1).map((word) => interpolate(word, variables));
    const redis = InstalledServer.start('redis', ['--bind', '127.0.0.1', '--dir', folder, ...args]);
    opened.push(() => redis.stop());
  }, 900_000);

  afterAll(async () => {
    for (let close = opened.pop(); close; close = opened.pop()) await close();
  }, 60_000);

  it('is small, and has nothing of what only its making needs', async () => {
    const du = spawn('du', ['-sm', join(image.root, image.workdir)]);
    const size = Number((await text(du.stdout)).split(/\s/)[0]);
    print(`  ${size} MB in ${image.workdir}`);
    expect(size).toBeLessThan(250);
    const inside = await runIn(image, ['ls', '-A', '.', 'node_modules', 'prisma']);
    expect(inside.output).not.toMatch(/^(src|test|scripts|typescript|jest|\.env|\.git|prisma-client)$/m);
    expect(inside.code).toBe(0);
  });

  it('becomes healthy, read-only and as nobody in particular, does all of its work, and stops in time', async () => {
    const environment = Object.fromEntries(
      Object.entries(service.environment ?? {}).map(([name, value]) => [name, interpolate(value, variables)]),
    );
    expect(service.read_only).toBe(true);
    const container = {
      ...image,
      env: { ...image.env, ...environment },
      writable: image.volumes,
      hosts: Object.keys(services),
    };
    expect(image.user).not.toBe('root');
    expect((await runIn(container, ['touch', 'somewhere'])).output).toContain('Read-only file system');
    expect((await runIn(container, ['touch', 'logs/here', '.data/here', '/tmp/here'])).output).toBe('');
    expect((await runIn(container, image.healthcheck)).code).toBe(1);

    const child = enter(container, image.command);
    let printed = '';
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    }
    const startedAt = performance.now();
    await eventually(
      async () => {
        if (child.exitCode !== null) throw new Error(`It ended:\n${printed}`);
        return (await runIn(container, image.healthcheck)).code === 0 ? true : undefined;
      },
      60_000,
      () => `it is not healthy:\n${printed}`,
      500,
    );
    print(`  healthy after ${Math.round(performance.now() - startedAt)} ms`);

    for (const words of SENT) {
      const sent = await runIn(container, ['node', 'dist/ops/commands/send.js', ...words.split(' ')]);
      expect(sent).toMatchObject({ code: 0, output: expect.stringContaining('202') as string });
    }
    const events = await eventually(
      async () => {
        const reply = await fetch(`${URL_OF_SERVICE}/api/v1/events`, {
          headers: { authorization: `Bearer ${variables.OPS_TOKEN}` },
        });
        const { items } = (await reply.json()) as EventPage;
        return items.every(({ status }) => status === 'completed') ? items : undefined;
      },
      30_000,
      () => 'not all events are completed',
    );
    expect(events.map(({ provider }) => provider).sort()).toEqual(['github', 'paypal', 'stripe']);
    const audit = await runIn(container, ['node', 'dist/ops/commands/audit.js']);
    expect(audit).toMatchObject({ code: 0 });

    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  }, 180_000);
});

/** As the image of PostgreSQL makes it for the compose file. */
async function createRole(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`CREATE ROLE integration LOGIN SUPERUSER PASSWORD '${variables.POSTGRES_PASSWORD}'`);
  await client.end();
}

/** Passes on what comes to a port of 127.0.0.1. */
async function relay(from: number, to: number): Promise<net.Server> {
  const server = net.createServer((socket) => {
    const onward = net.connect(to, '127.0.0.1');
    for (const end of [socket, onward])
      end.on('error', () => [socket, onward].forEach((each) => each.destroy()));
    socket.pipe(onward).pipe(socket);
  });
  server.listen(from, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
