import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly to: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What the server does with a message. */
export type Behaviour =
  | 'take'
  /** Reads it to its end, and hangs up without a word. */
  | 'take and hang up'
  /** Hangs up when it is told for whom the message is. */
  | 'hang up before the message'
  /** Reads it to its end and replies with this code. */
  | number;

/** A real SMTP server, on one port for its whole life. It takes every message, unless it is told otherwise. */
export class MailServer {
  /** What it has read to its end, whatever it replied. */
  readonly received: ReceivedMail[] = [];
  private held: (() => void)[] | undefined;
  private readonly plans = new Map<string, Behaviour[]>();
  private readonly sockets = new Map<number | undefined, Socket>();
  private server: SMTPServer | undefined;
  private port = 0;

  static async start(): Promise<MailServer> {
    const server = new MailServer();
    await server.open();
    return server;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** What happens with the next messages for a recipient, one after the other. */
  plan(to: string, ...behaviours: Behaviour[]): void {
    this.plans.set(to, behaviours);
  }

  /** From now on messages are read to their end, and their replies kept back until `release`. */
  hold(): void {
    this.held ??= [];
  }

  /** How many senders wait for their reply. */
  get waiting(): number {
    return this.held?.length ?? 0;
  }

  release(): void {
    const replies = this.held ?? [];
    this.held = undefined;
    for (const reply of replies) reply();
  }

  mailTo(to: string): ReceivedMail[] {
    return this.received.filter((mail) => mail.to === to);
  }

  /** Harmless when it is open. */
  async open(): Promise<void> {
    if (this.server !== undefined) return;
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      onRcptTo: ({ address }, { remotePort }, callback) => {
        if (this.plans.get(address)?.[0] !== 'hang up before the message') {
          callback();
          return;
        }
        this.nextBehaviour(address);
        this.sockets.get(remotePort)?.destroy();
      },
      onData: (stream, { envelope, remotePort }, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const to = envelope.rcptTo[0]?.address ?? '';
          this.received.push({ to, ...parseMail(Buffer.concat(chunks).toString()) });
          const behaviour = this.nextBehaviour(to);
          if (typeof behaviour === 'number') {
            callback(Object.assign(new Error('As planned'), { responseCode: behaviour }));
          } else if (behaviour === 'take') this.take(callback);
          else this.sockets.get(remotePort)?.destroy();
        });
      },
    });
    // What becomes of its connections is told by the tests.
    server.on('error', () => undefined);
    server.server.on('connection', (socket: Socket) => {
      const { remotePort } = socket;
      this.sockets.set(remotePort, socket);
      socket.on('close', () => this.sockets.delete(remotePort));
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Nothing listens any more, and every connection is cut. */
  async close(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => server.close(resolve));
    for (const socket of this.sockets.values()) socket.destroy();
    await closed;
  }

  private take(reply: () => void): void {
    if (this.held === undefined) reply();
    else this.held.push(reply);
  }

  private nextBehaviour(to: string): Behaviour {
    return this.plans.get(to)?.shift() ?? 'take';
  }
}

function parseMail(source: string): Omit<ReceivedMail, 'to'> {
  const [head = '', ...body] = source.split('\r\n\r\n');
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { headers: Object.fromEntries(headers), text: body.join('\r\n\r\n') };
}
