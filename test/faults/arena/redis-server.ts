import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from '../../support/eventually.js';
import { findFreePort } from '../../support/free-port.js';
import { openRelay, type Relay } from '../../support/outages.js';

const READY_WITHIN_MS = 10_000;

export interface RedisOptions {
  /** Working directory; exists. */
  readonly folder: string;
  /** Writes an append-only file, synced every second, and reads it when it starts. */
  readonly keepsData: boolean;
  /** Arguments of its own, such as what it is a replica of. */
  readonly args?: readonly string[];
}

/** A Redis of the row's own, behind a relay that keeps its address over restarts and failovers. */
export class RedisServer {
  private constructor(
    private readonly options: RedisOptions,
    private readonly port: number,
    private child: ChildProcess,
    readonly relay: Relay,
  ) {}

  static async start(options: RedisOptions): Promise<RedisServer> {
    const port = await findFreePort();
    const child = await spawnRedis(options, port);
    return new RedisServer(options, port, child, await openRelay(`redis://127.0.0.1:${port}`));
  }

  /** For the services. */
  get env(): Readonly<Record<string, string>> {
    return { REDIS_URL: this.relay.url };
  }

  /** Past the relay. */
  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** One command, past the relay. */
  async command(name: string, ...args: string[]): Promise<unknown> {
    return ask(this.url, name, ...args);
  }

  /** Resolves when the server has ended and its address refuses connections. */
  async goDown(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
    await this.relay.down();
  }

  /** Resolves when it takes commands again, with what it had written down, or with nothing. */
  async comeBack(what: 'with its data' | 'empty' = 'with its data'): Promise<void> {
    if (what === 'empty')
      rmSync(join(this.options.folder, 'appendonlydir'), { recursive: true, force: true });
    this.child = await spawnRedis(this.options, this.port);
    await this.relay.up();
  }

  /** It keeps its connections and answers nothing. @returns lets it go on */
  freeze(): () => void {
    const { child } = this;
    child.kill('SIGSTOP');
    return () => child.kill('SIGCONT');
  }

  /** Its address leads to the other one from now on. */
  async failOverTo(replica: RedisServer): Promise<void> {
    this.relay.pointTo(replica.url);
    await this.relay.up();
  }

  async close(): Promise<void> {
    await this.relay.close();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

async function spawnRedis(
  { folder, keepsData, args = [] }: RedisOptions,
  port: number,
): Promise<ChildProcess> {
  const keeps = keepsData ? ['--appendonly', 'yes', '--appendfsync', 'everysec'] : ['--appendonly', 'no'];
  const address = ['--bind', '127.0.0.1', '--port', String(port), '--enable-debug-command', 'yes'];
  const program = process.env['TEST_REDIS_PROGRAM'] ?? 'redis-server';
  const child = spawn(program, [...address, '--dir', folder, '--save', '', ...keeps, ...args], {
    stdio: 'ignore',
  });
  await eventually(
    // While it loads its file it answers with an error.
    async () => (await ask(`redis://127.0.0.1:${port}`, 'PING').catch(() => '')) === 'PONG' || undefined,
    READY_WITHIN_MS,
    () => 'Redis does not answer',
  );
  return child;
}

async function ask(url: string, name: string, ...args: string[]): Promise<unknown> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await redis.call(name, ...args);
  } finally {
    redis.disconnect();
  }
}
