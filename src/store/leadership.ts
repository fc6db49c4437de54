import type { FactoryProvider, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import pg from 'pg';
import { createDedicatedClient, DATABASE_POOL } from '../platform/database/index.js';
import { Rounds } from '../platform/process/index.js';

/** Milliseconds from one look at the connection, or one try for the lock, to the next. */
const TURN_MS = 1_000;

/** Milliseconds for the database to answer. */
const ANSWER_MS = 3_000;

/** Milliseconds without a look after which the server ends the connection: a frozen leader must not lead for ever. */
const SILENCE_LIMIT_MS = 10_000;

/**
 * The transaction must have neither a snapshot nor a transaction id while it is idle, or it would hold vacuum back.
 * So no statement in it has parameters: theirs is the extended protocol, whose last portal keeps its snapshot.
 */
const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED;
  SET LOCAL idle_in_transaction_session_timeout = ${SILENCE_LIMIT_MS}`;

/** The key is computed by the database, which is the same one for all who ask. */
function tryLock(name: string): string {
  return `SELECT pg_try_advisory_xact_lock(hashtextextended(${pg.escapeLiteral(`leadership:${name}`)}, 0)) AS locked`;
}

/**
 * Says which of the processes on one database does what only one needs to do.
 *
 * The lock belongs to a transaction that stays open on a connection of its own, and not to the session: a pooler in
 * transaction mode keeps a server's connection for us just as long as the transaction is open.
 *
 * For a moment there can be two leaders, since an old one may learn late that its connection is lost. What they do
 * must be right all the same.
 */
export class Leadership implements OnApplicationBootstrap, OnModuleDestroy {
  private client: pg.Client | undefined;
  /** The connection that holds the lock; no longer, if it is not `client` any more. */
  private leading: pg.Client | undefined;
  private confirmedAt = 0;
  /** A fault means that this process does not lead for now; the next turn tries again. */
  private readonly turns = new Rounds(() => this.confirmOrTry(), {
    feel: () => this.giveUp(),
    end: () => undefined,
  });

  /** @param name of the lock; the processes compete for each name apart */
  constructor(
    private readonly name: string,
    private readonly pool: pg.Pool,
  ) {}

  /** Whoever was frozen for long no longer leads, though it has not yet heard so from the database. */
  get isLeader(): boolean {
    const holds = this.leading !== undefined && this.leading === this.client;
    return holds && performance.now() - this.confirmedAt < SILENCE_LIMIT_MS;
  }

  async onApplicationBootstrap(): Promise<void> {
    this.turns.start(TURN_MS);
    await this.turns.run();
  }

  /** Before anything drains, so that another process leads meanwhile. */
  async onModuleDestroy(): Promise<void> {
    await this.turns.stop();
    this.giveUp();
  }

  private async confirmOrTry(): Promise<void> {
    const askedAt = performance.now();
    const client = (this.client ??= await this.connect());
    if (this.leading === client) await client.query('SELECT 1');
    else if (await this.tryLock(client)) this.leading = client;
    this.confirmedAt = askedAt;
  }

  private async connect(): Promise<pg.Client> {
    const client = createDedicatedClient(this.pool, ANSWER_MS);
    const onLost = (): void => {
      if (this.client === client) this.giveUp();
    };
    client.on('error', onLost);
    client.on('end', onLost);
    await client.connect();
    return client;
  }

  private async tryLock(client: pg.Client): Promise<boolean> {
    await client.query(BEGIN);
    const { rows } = await client.query<{ locked: boolean }>(tryLock(this.name));
    if (rows[0]?.locked === true) return true;
    await client.query('ROLLBACK');
    return false;
  }

  /** With the connection goes the transaction, and with it the lock. A connection that hangs is not waited for. */
  private giveUp(): void {
    const { client } = this;
    this.client = undefined;
    void client?.end().catch(() => undefined);
  }
}

/** Token of the {@link Leadership} of a name. */
export function leadershipToken(name: string): string {
  return `LEADERSHIP:${name}`;
}

export function provideLeadership(name: string): FactoryProvider<Leadership> {
  return {
    provide: leadershipToken(name),
    inject: [DATABASE_POOL],
    useFactory: (pool: pg.Pool) => new Leadership(name, pool),
  };
}
