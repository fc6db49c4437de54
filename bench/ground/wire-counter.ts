/** Bytes of a message's head: its type, and its length, which counts itself and not the type. */
const HEAD = 5;

const SYNC = 'S';
const SIMPLE_QUERY = 'Q';
const BIND = 'B';

/**
 * Counts the round trips in what a client says to PostgreSQL: a simple query is one, and so is everything up to a Sync,
 * however many messages it takes.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export class WireCounter {
  roundTrips = 0;
  /** How often each statement was executed: by its name, or by how it begins if it is a simple query. */
  readonly statements = new Map<string, number>();

  private pending = Buffer.alloc(0);
  /** Bytes of a message that are still to come and say nothing to us. */
  private skipped = 0;
  private hasStarted = false;

  read(chunk: Buffer): void {
    let data = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    for (;;) {
      const skip = Math.min(this.skipped, data.length);
      this.skipped -= skip;
      data = data.subarray(skip);
      const taken = this.readMessage(data);
      if (taken === 0) break;
      data = data.subarray(taken);
    }
    this.pending = Buffer.from(data);
  }

  /** @returns bytes that were read; 0 if the message is not whole enough yet */
  private readMessage(data: Buffer): number {
    if (!this.hasStarted) {
      // The first message of a connection has no type.
      if (data.length < 4) return 0;
      this.hasStarted = true;
      this.skipped = data.readUInt32BE(0) - 4;
      return 4;
    }
    if (data.length < HEAD) return 0;
    const type = String.fromCharCode(data[0] ?? 0);
    const length = data.readUInt32BE(1) - 4;
    if (type === SYNC || type === SIMPLE_QUERY) this.roundTrips++;
    if (type === BIND || type === SIMPLE_QUERY) {
      const name = readName(data.subarray(HEAD, HEAD + length), type, length);
      if (name === undefined) return this.uncount(type);
      this.statements.set(name, (this.statements.get(name) ?? 0) + 1);
    }
    this.skipped = length;
    return HEAD;
  }

  /** The name is not there yet: the message is read again when it is. */
  private uncount(type: string): 0 {
    if (type === SIMPLE_QUERY) this.roundTrips--;
    return 0;
  }
}

const QUERY_SHOWN = 40;

function readName(body: Buffer, type: string, length: number): string | undefined {
  if (type === SIMPLE_QUERY) {
    const wanted = Math.min(QUERY_SHOWN, length - 1);
    return body.length < wanted ? undefined : body.toString('utf8', 0, wanted).replace(/\s+/g, ' ').trim();
  }
  // Of a Bind: the portal's name, then the statement's, each ended by a zero.
  const portal = body.indexOf(0);
  const end = portal < 0 ? -1 : body.indexOf(0, portal + 1);
  return end < 0 ? undefined : body.toString('utf8', portal + 1, end) || 'without a name';
}
