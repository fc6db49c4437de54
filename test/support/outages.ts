import net from 'node:net';
import pg from 'pg';

/** A fixed address for a server that comes back under another one, and a link that can break in every way. */
export interface Relay {
  /** The server's URL with the relay's address. */
  readonly url: string;
  /** From now on connections go there. */
  pointTo(serverUrl: string): void;
  /** Cuts every connection and refuses new ones, as a server that is not there. */
  down(): Promise<void>;
  /** Takes connections again, under the same address. */
  up(): Promise<void>;
  /** From now on nothing comes through any more, and nobody is told: connections stay open. */
  blackHole(): void;
  /** New connections work again. Those from before stay silent for ever, as if the peer had forgotten them. */
  heal(): void;
  close(): Promise<void>;
}

/** @param admits looks at the first that a client says; a client that is not admitted is cut off */
export async function openRelay(
  serverUrl: string,
  admits: (greeting: Buffer) => boolean = () => true,
): Promise<Relay> {
  let target = new URL(serverUrl);
  let swallowing = false;
  const sockets = new Set<net.Socket>();
  const watch = (socket: net.Socket, onClose: () => void): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      onClose();
    });
  };
  const server = net.createServer((client) => {
    watch(client, () => undefined);
    client.once('data', (greeting: Buffer) => {
      if (swallowing) return;
      if (!admits(greeting)) {
        client.destroy();
        return;
      }
      const upstream = net.connect(Number(target.port), target.hostname);
      watch(upstream, () => client.destroy());
      client.on('close', () => upstream.destroy());
      upstream.write(greeting);
      client.pipe(upstream).pipe(client);
    });
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as net.AddressInfo;
  const url = new URL(serverUrl);
  url.host = `127.0.0.1:${port}`;
  const down = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    url: url.href,
    pointTo: (newUrl) => (target = new URL(newUrl)),
    down,
    up: () => listen(port),
    blackHole: () => {
      swallowing = true;
      for (const socket of sockets) socket.unpipe().resume();
    },
    heal: () => {
      swallowing = false;
    },
    close: down,
  };
}

/**
 * Stops every process of a PostgreSQL server in its tracks: connections stay open, nothing answers.
 *
 * @returns lets it go on
 */
export async function freezePostgres(url: string, postmaster: number): Promise<() => Promise<void>> {
  const client = new pg.Client(url);
  await client.connect();
  // The postmaster first, so that it makes no more.
  process.kill(postmaster, 'SIGSTOP');
  const frozen = [postmaster];
  try {
    const { rows } = await client.query<{ pid: number }>('SELECT pid FROM pg_stat_activity');
    for (const { pid } of rows) {
      process.kill(pid, 'SIGSTOP');
      frozen.push(pid);
    }
  } catch (error) {
    frozen.forEach((pid) => process.kill(pid, 'SIGCONT'));
    throw error;
  }
  return async () => {
    frozen.forEach((pid) => process.kill(pid, 'SIGCONT'));
    await client.end();
  };
}
