import { once } from 'node:events';
import net from 'node:net';
import { WireCounter } from './wire-counter.js';

/** Stands between a program and PostgreSQL, passes everything on, and counts. */
export class SqlRelay {
  private readonly counters: WireCounter[] = [];

  private constructor(
    private readonly server: net.Server,
    private readonly sockets: Set<net.Socket>,
    readonly url: string,
  ) {}

  static async open(databaseUrl: string): Promise<SqlRelay> {
    const target = new URL(databaseUrl);
    const sockets = new Set<net.Socket>();
    const server = net.createServer((client) => {
      const upstream = net.connect(Number(target.port), target.hostname);
      const counter = new WireCounter();
      relay.counters.push(counter);
      client.on('data', (chunk: Buffer) => counter.read(chunk));
      for (const [socket, peer] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        sockets.add(socket);
        socket.setNoDelay(true);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          sockets.delete(socket);
          peer.destroy();
        });
        socket.pipe(peer);
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(databaseUrl);
    url.host = `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
    const relay = new SqlRelay(server, sockets, url.href);
    return relay;
  }

  get roundTrips(): number {
    return this.counters.reduce((sum, { roundTrips }) => sum + roundTrips, 0);
  }

  /** How often each statement was executed. */
  get statements(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const { statements } of this.counters)
      for (const [name, count] of statements) sums.set(name, (sums.get(name) ?? 0) + count);
    return sums;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
