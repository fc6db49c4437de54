import net from 'node:net';

/** One reply, taken apart by the letter of RFC 9112. */
export interface Reply {
  readonly status: number;
  /** By names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Thrown for what the service wrote and is no HTTP. */
export class MalformedReply extends Error {}

export type Heard =
  | { readonly outcome: 'reply'; readonly reply: Reply }
  | { readonly outcome: 'closed'; readonly rest: Buffer }
  | { readonly outcome: 'silence' };

/** A connection on which anything can be written, and replies are read one after the other. */
export class Wire {
  private received: Buffer = Buffer.alloc(0);
  private closed = false;
  private hear: () => void = () => undefined;

  private constructor(private readonly socket: net.Socket) {
    const news = (): void => this.hear();
    socket.on('data', (chunk: Buffer) => {
      this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
      news();
    });
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.closed = true;
        news();
      });
    }
    // Whoever is sent nonsense may hang up.
    socket.on('error', () => undefined);
  }

  /** @param from the address that it comes from: all of 127.0.0.0/8 is this machine */
  static async open(url: string, from: string): Promise<Wire> {
    const { hostname, port } = new URL(url);
    const socket = net.connect({
      host: hostname,
      port: Number(port),
      localAddress: from,
      allowHalfOpen: true,
      noDelay: true,
    });
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new Wire(socket);
  }

  write(bytes: Buffer): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  /** The next final reply, past all that only says to go on. */
  async next(withinMs: number, toHead = false): Promise<Heard> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const taken = takeReply(this.received, toHead);
      if (taken !== undefined) {
        this.received = this.received.subarray(taken.length);
        if (taken.reply.status >= 200) return { outcome: 'reply', reply: taken.reply };
        continue;
      }
      if (this.closed) return { outcome: 'closed', rest: this.received };
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return { outcome: 'silence' };
      await this.news(leftMs);
    }
  }

  private async news(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.hear = resolve;
      timer = setTimeout(resolve, withinMs);
    });
    clearTimeout(timer);
  }

  /** Says that no more will come. */
  end(): void {
    this.socket.end();
  }

  hangUp(reset: boolean): void {
    if (reset) this.socket.resetAndDestroy();
    else this.socket.destroy();
  }
}

const STATUS_LINE = /^HTTP\/1\.1 ([1-5]\d\d) [\x20-\x7e]*$/;
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\x20-\x7e]*)$/;
const WITHOUT_BODY = new Set([100, 204, 304]);

/** @throws {MalformedReply} */
function takeReply(bytes: Buffer, toHead: boolean): { reply: Reply; length: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(STATUS_LINE.exec(first)?.[1]);
  if (Number.isNaN(status)) throw new MalformedReply(`no status line: ${JSON.stringify(first)}`);
  const headers = readHeaders(lines);
  const bodyLength = toHead || WITHOUT_BODY.has(status) ? 0 : Number(headers.get('content-length'));
  if (Number.isNaN(bodyLength)) throw new MalformedReply(`${status} without a length`);
  const length = end + 4 + bodyLength;
  if (bytes.length < length) return undefined;
  return { reply: { status, headers, body: bytes.subarray(end + 4, length) }, length };
}

function readHeaders(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value = ''] = HEADER_LINE.exec(line) ?? [];
    const key = name?.toLowerCase();
    if (key === undefined) throw new MalformedReply(`no header line: ${JSON.stringify(line)}`);
    if (headers.has(key)) throw new MalformedReply(`${key} twice`);
    headers.set(key, value);
  }
  return headers;
}
