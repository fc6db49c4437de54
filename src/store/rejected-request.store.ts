import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import type { RejectedRequest, RejectionReason } from '../model/index.js';
import { CONFIG, type Config } from '../platform/config/index.js';
import { DATABASE_POOL, inTransaction } from '../platform/database/index.js';
import {
  FIND,
  HOLD,
  LIST,
  LIST_IN_ORDER,
  LOCK,
  SETTLE,
  TRIM,
  type RejectedRequestFilter,
} from './rejected-request.sql.js';

/** A request as it is to be held. */
export type NewRejectedRequest = Pick<
  RejectedRequest,
  | 'id'
  | 'provider'
  | 'receivedAt'
  | 'source'
  | 'url'
  | 'reason'
  | 'faults'
  | 'headers'
  | 'times'
  | 'lastReceivedAt'
> & { readonly body: Buffer; readonly bodySha256: Buffer };

/** In a list: without its body. */
export type ListedRejectedRequest = Omit<RejectedRequest, 'body'>;

const MEBIBYTE = 2 ** 20;

/** Rejected requests, bounded in number, bytes and time. */
@Injectable()
export class RejectedRequestStore {
  constructor(
    @Inject(DATABASE_POOL) private readonly pool: pg.Pool,
    @Inject(CONFIG)
    private readonly config: Pick<Config, 'quarantineRequests' | 'quarantineMegabytes' | 'quarantineDays'>,
  ) {}

  /**
   * Holds them and drops what is too much by then, in one commit: the bounds hold at every moment.
   *
   * @param batch in which no two are of the same provider, source and body
   * @returns how many were pushed out
   */
  async hold(batch: readonly NewRejectedRequest[]): Promise<number> {
    return inTransaction(this.pool, async (client) => {
      await client.query(LOCK);
      await client.query(HOLD, [
        batch.map(({ id }) => id),
        batch.map(({ provider }) => provider),
        batch.map(({ receivedAt }) => receivedAt),
        batch.map(({ source }) => source),
        batch.map(({ url }) => url),
        batch.map(({ reason }) => reason),
        batch.map(({ faults }) => JSON.stringify(faults)),
        batch.map(({ headers }) => JSON.stringify(headers)),
        batch.map(({ body }) => body),
        batch.map(({ bodySha256 }) => bodySha256),
        batch.map(({ times }) => times),
        batch.map(({ lastReceivedAt }) => lastReceivedAt),
      ]);
      return this.trim(client);
    });
  }

  /**
   * Drops what is too old, or too much since the bounds were changed.
   *
   * @returns how many were pushed out, beside those that are too old
   */
  async trim(connection: Pick<pg.Pool, 'query'> | pg.PoolClient = this.pool): Promise<number> {
    const { quarantineRequests, quarantineMegabytes, quarantineDays } = this.config;
    const bounds = [quarantineRequests, quarantineMegabytes * MEBIBYTE, quarantineDays];
    const { rows } = await connection.query<{ pushedOut: number }>(TRIM, bounds);
    return rows[0]?.pushedOut ?? 0;
  }

  /** @returns undefined if it is not there, or not any more */
  async find(id: string): Promise<RejectedRequest | undefined> {
    return (await this.pool.query<RejectedRequest>(FIND, [id])).rows[0];
  }

  /** The newest first. @param after the last one of the page before */
  async list(filter: RejectedRequestFilter, limit: number, after?: string): Promise<ListedRejectedRequest[]> {
    const values = [...valuesOf(filter), after ?? null, limit];
    return (await this.pool.query<ListedRejectedRequest>(LIST, values)).rows;
  }

  /** Ids of held requests, in the order in which they came. @param after the last one of the page before */
  async listHeld(
    filter: Omit<RejectedRequestFilter, 'state'>,
    limit: number,
    after?: string,
  ): Promise<string[]> {
    const values = [...valuesOf({ ...filter, state: 'held' }), after ?? null, limit];
    return (await this.pool.query<{ id: string }>(LIST_IN_ORDER, values)).rows.map(({ id }) => id);
  }

  /** It was looked at again, and refused again. */
  async refuseAgain(id: string, reason: RejectionReason, faults: RejectedRequest['faults']): Promise<void> {
    const text = `UPDATE rejected_requests SET reason = $2, faults = $3 WHERE id = $1 AND state = 'held'`;
    await this.pool.query(text, [id, reason, JSON.stringify(faults)]);
  }

  /** Whoever releases it at the same time has released the same events. */
  async markReleased(
    id: string,
    eventIds: readonly string[],
    actor: string,
    reason: string | null,
  ): Promise<void> {
    await this.pool.query(SETTLE, [id, 'released', eventIds, actor, reason]);
  }

  /** @returns false if it is not held */
  async discard(id: string, actor: string, reason: string | null): Promise<boolean> {
    const { rowCount } = await this.pool.query(SETTLE, [id, 'discarded', [], actor, reason]);
    return rowCount === 1;
  }
}

function valuesOf({
  provider,
  reason,
  state,
  receivedFrom,
  receivedBefore,
}: RejectedRequestFilter): unknown[] {
  return [provider ?? null, reason ?? null, state ?? null, receivedFrom ?? null, receivedBefore ?? null];
}
