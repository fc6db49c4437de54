import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface ReceivedRequest {
  readonly idempotencyKey: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A reply in full. */
export interface PlannedReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What the target does with a request that it has read to its end. */
export type TargetBehaviour =
  /** Does it, unless it has done it before, and replies 200. */
  | 'take'
  /** Does it, and hangs up without a reply. */
  | 'take and hang up'
  /** Does it, and never replies. */
  | 'take and hang'
  /** Does it, and replies with one byte at a time, for ever. */
  | 'take and drip'
  /** Does it, and replies with a text that never ends. */
  | 'take and never stop'
  | 'hang up'
  | 'hang'
  /** Replies 503. */
  | 'down'
  /** Replies with this status and these words, and does it if they mean so (2xx). */
  | number
  | PlannedReply;

/**
 * A real HTTP server, on one port for its whole life, of the kind that honours idempotency keys and
 * verifies signatures. It takes every request, unless it is told otherwise.
 */
export class HttpTarget {
  /** What it has read to its end, with a good signature, whatever it replied. */
  readonly received: ReceivedRequest[] = [];
  /** How often a request was done that was new, by idempotency key. */
  readonly effects = new Map<string, number>();
  /** Why requests were not accepted: a bad signature, or another body under a known key. */
  readonly complaints: string[] = [];
  /** What it does where nothing is planned. */
  usually: TargetBehaviour = 'take';
  /** Connections that it was offered so far. */
  connections = 0;
  /** For `HTTP_SIGNING_SECRET`. */
  readonly secret = `whsec_${randomBytes(32).toString('base64')}`;

  private readonly plans = new Map<string, TargetBehaviour[]>();
  private readonly bodies = new Map<string, string>();
  private server: Server | undefined;
  private port = 0;

  static async start(): Promise<HttpTarget> {
    const target = new HttpTarget();
    await target.open();
    return target;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What happens with the next requests for a path, one after the other. */
  plan(path: string, ...behaviours: TargetBehaviour[]): void {
    this.plans.set(path, behaviours);
  }

  /** The requests for a path. */
  receivedAt(path: string): ReceivedRequest[] {
    return this.received.filter((request) => request.path === path);
  }

  /** Harmless when it is open. */
  async open(): Promise<void> {
    if (this.server !== undefined) return;
    const server = createServer((request, response) => void this.answer(request, response));
    server.on('connection', () => this.connections++);
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Nothing listens any more, and every connection is cut. */
  async close(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // What becomes of its connections is told by the tests.
    for (const stream of [request, response]) stream.on('error', () => undefined);
    const text = await readText(request);
    if (text === undefined) return;
    const headers = request.headers as Record<string, string>;
    try {
      new Webhook(this.secret).verify(text, headers);
    } catch (error) {
      this.complain(response, 401, String(error));
      return;
    }
    const path = request.url ?? '';
    const key = headers['idempotency-key'] ?? '';
    if (key === '' || key !== headers['webhook-id']) {
      this.complain(response, 400, `The idempotency key ${key} is not the webhook's id`);
      return;
    }
    this.received.push({ idempotencyKey: key, path, headers, body: JSON.parse(text) as unknown });
    if ((this.bodies.get(key) ?? text) !== text) {
      this.complain(response, 422, `The idempotency key ${key} came with another body`);
      return;
    }
    this.bodies.set(key, text);
    this.behave(this.plans.get(path)?.shift() ?? this.usually, key, response);
  }

  private behave(behaviour: TargetBehaviour, key: string, response: ServerResponse): void {
    switch (behaviour) {
      case 'take': {
        reply(response, {
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ repeated: !this.take(key) }),
        });
        return;
      }
      case 'take and hang up':
        this.take(key);
        response.destroy();
        return;
      case 'take and hang':
        this.take(key);
        return;
      case 'take and drip': {
        this.take(key);
        const timer = setInterval(() => response.write('.'), 20);
        response.on('close', () => clearInterval(timer));
        return;
      }
      case 'take and never stop': {
        this.take(key);
        const pour = (): void => {
          while (!response.destroyed && response.write('x'.repeat(16 * 1024)));
        };
        response.on('drain', pour);
        pour();
        return;
      }
      case 'hang up':
        response.destroy();
        return;
      case 'hang':
        return;
      case 'down': {
        reply(response, { status: 503 });
        return;
      }
      default: {
        const planned = typeof behaviour === 'number' ? { status: behaviour } : behaviour;
        if (planned.status >= 200 && planned.status < 300) this.take(key);
        reply(response, planned);
        return;
      }
    }
  }

  /** @returns whether it was new */
  private take(key: string): boolean {
    if (this.effects.has(key)) return false;
    this.effects.set(key, 1);
    return true;
  }

  private complain(response: ServerResponse, status: number, complaint: string): void {
    this.complaints.push(complaint);
    reply(response, { status, body: complaint });
  }
}

function reply(response: ServerResponse, { status, headers = {}, body = '' }: PlannedReply): void {
  response.writeHead(status, headers).end(body);
}

/** @returns undefined if the sender went away */
async function readText(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  } catch {
    return undefined;
  }
}
