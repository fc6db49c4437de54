import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { EventPage, EventView } from '../../src/ops/event.dto.js';
import { DEAD_LETTER_STATUSES } from '../../src/model/index.js';
import { freshSecret, settings } from '../../src/platform/config/index.js';
import { providers } from '../../src/providers/index.js';
import { makeFolder, removeFolder } from './postgres.js';
import { eventually } from './eventually.js';

/** Nothing is left to do about such an event. */
const SETTLED = new Set<string>(['completed', ...DEAD_LETTER_STATUSES]);

/** Milliseconds between two looks at an event: each look takes the service away from settling it. */
const SETTLED_POLL_MS = 50;

const MAIN = resolve(__dirname, '../../dist/main.js');

/** Every variable that the service knows, empty, so that no test depends on the machine's own. */
const NO_SETTINGS = Object.fromEntries(
  [...Object.values(settings), ...providers.flatMap((provider) => provider.settings)].map(({ name }) => [
    name,
    '',
  ]),
);

export interface ServiceOptions {
  /** Variables beside the secrets and the port, which every test service gets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its working directory; a new one, removed at the end, by default. */
  readonly folder?: string;
  /** Modules that Node loads before it. */
  readonly preload?: readonly string[];
  /** Another build than `dist`. */
  readonly main?: string;
  /** Of Node itself. */
  readonly nodeArgs?: readonly string[];
}

/** The built service as `npm start` runs it, but in a process and a process group of its own. */
export class TestService {
  private constructor(
    readonly child: ChildProcess,
    readonly url: string,
    readonly folder: string,
    readonly env: Readonly<Record<string, string>>,
    /** What it printed so far, a line each. */
    readonly lines: readonly string[],
    private readonly ownsFolder: boolean,
  ) {}

  /** Resolves when the service takes requests. */
  static async start(options: ServiceOptions = {}): Promise<TestService> {
    const folder = options.folder ?? makeFolder('service');
    const env = { ...NO_SETTINGS, ...secrets(), PORT: '0', HOST: '127.0.0.1', ...options.env };
    const { child, lines } = spawnService(folder, env, options);
    const url = await new Promise<string>((resolveUrl, reject) => {
      lines.onLine = (line) => {
        const ready = /Ready on (http:\S+)/.exec(line)?.[1];
        if (ready !== undefined) resolveUrl(ready.replace('localhost', '127.0.0.1'));
      };
      child.once('exit', (code, signal) => {
        reject(new Error(`The service ended before it was ready (${code ?? signal}):\n${lines.join('\n')}`));
      });
    });
    return new TestService(child, url, folder, env, lines, options.folder === undefined);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('The service was not spawned');
    return this.child.pid;
  }

  secret(name: string): string {
    return this.env[name] ?? '';
  }

  async post(
    provider: string,
    headers: Readonly<Record<string, string>>,
    body: string | Buffer,
  ): Promise<Response> {
    return fetch(`${this.url}/webhooks/${provider}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
  }

  /** A GET of the operations API, with the token. */
  async get(path: string): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      headers: { authorization: `Bearer ${this.secret('OPS_TOKEN')}` },
    });
  }

  /** A POST to the operations API, with the token. */
  async order(path: string, body: unknown): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.secret('OPS_TOKEN')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
  }

  async event(id: string): Promise<EventView> {
    const response = await this.get(`/api/v1/events/${id}`);
    return (await response.json()) as EventView;
  }

  /** All pages of the event list. */
  async events(query = ''): Promise<EventPage['items']> {
    const items: EventPage['items'] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const response = await this.get(`/api/v1/events?limit=200&${query}${from}`);
      const page = (await response.json()) as EventPage;
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  /** Waits until nothing is left to do about the event. */
  async settled(id: string, withinMs = 20_000): Promise<EventView> {
    return eventually(
      async () => {
        const event = await this.event(id);
        return SETTLED.has(event.status) ? event : undefined;
      },
      withinMs,
      () => `event ${id} is not settled`,
      SETTLED_POLL_MS,
    );
  }

  /** Asks it to stop, and resolves with its exit code. */
  async stop(): Promise<number | null> {
    const code = await this.end('SIGTERM');
    if (this.ownsFolder) removeFolder(this.folder);
    return code;
  }

  /** Ends the process with a signal. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    // A frozen process would never see it.
    this.child.kill('SIGCONT');
    await exited;
    return this.child.exitCode;
  }

  /** Kills the whole process group at once, as a power failure would. */
  async killGroup(): Promise<void> {
    const exited = once(this.child, 'exit');
    process.kill(-this.pid, 'SIGKILL');
    await exited;
  }
}

/** Runs a service that is expected not to start, and gives its exit code and all that it printed. */
export async function runFailingService(
  env: Readonly<Record<string, string>>,
  folder: string,
): Promise<{ code: number | null; output: string }> {
  const { child, lines } = spawnService(folder, { ...NO_SETTINGS, ...env });
  await once(child, 'close');
  return { code: child.exitCode, output: lines.join('\n') };
}

/** Fresh secrets of the providers that a first start sets up, and a fresh token. */
export function secrets(): Record<string, string> {
  const generated = providers.flatMap((provider) => provider.settings).filter(({ generated }) => generated);
  return Object.fromEntries(
    [...generated, settings.opsToken].map(({ name }) => [name, randomBytes(24).toString('base64url')]),
  );
}

/** Fresh secrets of the others, which need somebody to set them up, and of which we have the secret. */
export function otherSecrets(): Record<string, string> {
  const others = providers.filter(
    ({ settings, standIn }) => standIn === undefined && !settings.some(({ generated }) => generated),
  );
  const secret = others.flatMap((provider) => provider.settings).filter((setting) => setting.secret);
  return Object.fromEntries(secret.map((setting) => [setting.name, freshSecret(setting)]));
}

type Lines = string[] & { onLine?: (line: string) => void };

function spawnService(
  folder: string,
  env: Readonly<Record<string, string>>,
  { preload = [], main = MAIN, nodeArgs = [] }: ServiceOptions = {},
): { child: ChildProcess; lines: Lines } {
  const telemetry = join(dirname(main), 'telemetry.js');
  const imports = [telemetry, ...preload].map((module) => `--import=${module}`);
  const child = spawn(process.execPath, [...nodeArgs, ...imports, main], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const lines: Lines = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      lines.onLine?.(line);
    });
  }
  return { child, lines };
}
