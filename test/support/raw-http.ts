import net from 'node:net';

/** An HTTP reply, taken apart by hand, in the form that `fetch` gives. */
function parseReply(bytes: Buffer): Response | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Headers(lines.map((line): [string, string] => splitOnce(line)));
  const body = bytes.subarray(end + 4);
  if (body.length < Number(headers.get('content-length') ?? Infinity)) return undefined;
  const status = Number(statusLine.split(' ')[1]);
  return new Response(status === 204 ? null : new Uint8Array(body), { status, headers });
}

function splitOnce(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

export interface ConnectionOptions {
  /** The address that it comes from. */
  readonly from?: string;
  /** Does not end its side when the other side has ended, and may go on writing. */
  readonly staysOpen?: boolean;
}

/** A connection on which everything is written by hand, so that anything can be sent. */
export class RawConnection {
  private received = Buffer.alloc(0);
  private ended = false;

  private constructor(private readonly socket: net.Socket) {
    socket.on('data', (chunk: Buffer) => (this.received = Buffer.concat([this.received, chunk])));
    socket.on('close', () => (this.ended = true));
    // Whoever is sent nonsense may hang up.
    socket.on('error', () => undefined);
  }

  static async to(url: string, options: ConnectionOptions = {}): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = net.connect({
      host: hostname,
      port: Number(port),
      allowHalfOpen: options.staysOpen ?? false,
      ...(options.from !== undefined && { localAddress: options.from }),
    });
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawConnection(socket);
  }

  /** Resolves when the kernel has taken it. */
  async write(content: string | Buffer): Promise<void> {
    await new Promise<void>((resolve) => this.socket.write(content, () => resolve()));
  }

  /** The whole reply. A reply to HEAD has no body, whatever its length says. */
  async reply(to: 'GET' | 'HEAD' = 'GET'): Promise<Response> {
    for (;;) {
      const head = to === 'HEAD' ? withoutLength(this.received) : this.received;
      const reply = parseReply(head);
      if (reply !== undefined) return reply;
      if (this.ended) throw new Error(`The connection ended after ${JSON.stringify(head.toString())}`);
      await new Promise((resolve) => this.socket.once('data', resolve).once('close', resolve));
    }
  }

  async closed(): Promise<void> {
    if (!this.ended) await new Promise((resolve) => this.socket.once('close', resolve));
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** Sends the text and gives what comes back. */
export async function rawRequest(url: string, text: string | Buffer): Promise<Response> {
  const connection = await RawConnection.to(url);
  try {
    await connection.write(text);
    return await connection.reply(text.toString('latin1').startsWith('HEAD ') ? 'HEAD' : 'GET');
  } finally {
    connection.destroy();
  }
}

/** The head of a request that is otherwise in order. */
export function requestHead(line: string, headers: readonly string[] = []): string {
  return [`${line} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n');
}

function withoutLength(bytes: Buffer): Buffer {
  return Buffer.from(
    bytes.toString('latin1').replace(/^content-length:.*$/im, 'content-length: 0'),
    'latin1',
  );
}
