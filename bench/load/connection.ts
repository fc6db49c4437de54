import net from 'node:net';
import { readReply, type Reply } from './reply.js';

/** Milliseconds after which nobody waits for a reply any more. */
const REPLY_WITHIN_MS = 60_000;

/** Milliseconds after which an idle connection is not used again: its server may be closing it (Node does so after 5 s). */
const IDLE_MS = 4_000;

/** One kept-alive HTTP connection with one request at a time, whose bytes are sent as they are. */
export class Connection {
  private socket: net.Socket | undefined;
  private received: Buffer | undefined;
  private settle: ((reply: Reply | undefined) => void) | undefined;
  private idleSince = 0;

  constructor(
    private readonly port: number,
    private readonly host: string,
  ) {}

  /** Resolves with the reply; with undefined if the connection broke off before it. */
  send(request: Buffer): Promise<Reply | undefined> {
    return new Promise((resolve) => {
      if (performance.now() - this.idleSince > IDLE_MS) this.close();
      this.settle = resolve;
      this.socket ??= this.connect();
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }

  private connect(): net.Socket {
    const socket = net.connect({ port: this.port, host: this.host, noDelay: true });
    socket.on('error', () => undefined);
    socket.setTimeout(REPLY_WITHIN_MS, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('close', () => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      this.received = undefined;
      this.done(undefined);
    });
    return socket;
  }

  private read(chunk: Buffer): void {
    const data = this.received === undefined ? chunk : Buffer.concat([this.received, chunk]);
    const reply = readReply(data);
    this.received = reply === undefined ? data : undefined;
    if (reply !== undefined) this.done(reply);
  }

  private done(reply: Reply | undefined): void {
    const { settle } = this;
    this.idleSince = performance.now();
    this.settle = undefined;
    settle?.(reply);
  }
}
