import { once } from 'node:events';
import pg from 'pg';
import { EnduringClient } from './enduring-client.js';

/** Milliseconds for the server to close what was taken leave of; one that is away never does. */
const FAREWELL_MS = 1_000;

/**
 * A pool whose end is the end of its connections. One of `pg` has ended as soon as all of them were told to end, and a
 * server that is shut down just then tells them, as an error, that it has cut them off.
 */
export class EnduringPool extends pg.Pool {
  /** Connections whose end is not known yet. */
  private readonly open = new Set<pg.PoolClient>();

  constructor(config: pg.PoolConfig) {
    super({ Client: EnduringClient, ...config });
    this.on('connect', (client) => this.open.add(client));
    this.on('remove', (client) => this.open.delete(client));
  }

  override async end(): Promise<void> {
    await super.end();
    const deadline = AbortSignal.timeout(FAREWELL_MS);
    while (this.open.size > 0 && !deadline.aborted)
      await once(this, 'remove', { signal: deadline }).catch(() => undefined);
  }
}
