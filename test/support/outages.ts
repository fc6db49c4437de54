import net from 'node:net';
import pg from 'pg';

/** A fixed address for a server that comes back under another one. */
export interface Relay {
  /** The server's URL with the relay's address. */
  readonly url: string;
  /** From now on connections go there. */
  pointTo(serverUrl: string): void;
  close(): Promise<void>;
}

/** @param admits looks at the first that a client says; a client that is not admitted is cut off */
export async function openRelay(
  serverUrl: string,
  admits: (greeting: Buffer) => boolean = () => true,
): Promise<Relay> {
  let target = new URL(serverUrl);
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
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(serverUrl);
  url.host = `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  return {
    url: url.href,
    pointTo: (newUrl) => (target = new URL(newUrl)),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
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
