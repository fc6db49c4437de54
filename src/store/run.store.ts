import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import type { Failure, RunStatus, Successor, TransitionReason } from '../model/index.js';
import { DATABASE_POOL } from '../platform/database/index.js';
import { FencedError, type ClaimedRun, type Lease } from './lease.js';
import { CLAIM, REFUSED_CLAIM, RELEASE_ALL, RENEW, SETTLE, toClaim, type ClaimRow } from './run.sql.js';

export type Claim =
  | { outcome: 'claimed'; run: ClaimedRun }
  /** Another worker holds it, or its next attempt is not due. Milliseconds until it is worth asking again. */
  | { outcome: 'early'; waitMs: number }
  /** Nothing is left to do. */
  | { outcome: 'settled'; status: RunStatus }
  | { outcome: 'missing' };

/** How an attempt ends. Every one is a legal successor of `running`. */
export type Settlement = {
  [To in Exclude<Successor<'running'>, 'running'>]: {
    readonly to: To;
    readonly reason: TransitionReason;
    readonly failure?: Failure;
    readonly retryInMs?: number;
  };
}[Exclude<Successor<'running'>, 'running'>];

/** Claims runs and writes their transitions, all of them as the lifecycle table allows. */
@Injectable()
export class RunStore {
  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  /**
   * Takes a run for this worker, if it is due and nobody holds it.
   *
   * @param actor the worker, for the audit trail
   */
  async claim(runId: string, actor: string): Promise<Claim> {
    const { rows } = await this.pool.query<ClaimRow>({
      name: 'claim-run',
      text: CLAIM,
      values: [runId, actor],
    });
    if (rows[0] !== undefined) return { outcome: 'claimed', run: toClaim(rows[0]) };
    return this.explainRefusal(runId);
  }

  private async explainRefusal(runId: string): Promise<Claim> {
    const { rows } = await this.pool.query<{ status: RunStatus; wait_ms: number | null }>({
      name: 'refused-claim',
      text: REFUSED_CLAIM,
      values: [runId],
    });
    const row = rows[0];
    if (row === undefined) return { outcome: 'missing' };
    switch (row.status) {
      case 'completed':
      case 'dead_lettered':
        return { outcome: 'settled', status: row.status };
      case 'pending':
      case 'running':
      case 'retrying':
        return { outcome: 'early', waitMs: Math.max(0, row.wait_ms ?? 0) };
    }
  }

  /**
   * Ends the attempt.
   *
   * @throws {FencedError} if the lease is void
   */
  async settle(lease: Lease, actor: string, settlement: Settlement): Promise<void> {
    const { rowCount } = await this.pool.query({
      name: 'settle-run',
      text: SETTLE,
      values: [
        lease.runId,
        lease.epoch,
        settlement.to,
        settlement.reason,
        actor,
        settlement.failure === undefined ? null : JSON.stringify(settlement.failure),
        settlement.retryInMs ?? null,
      ],
    });
    if (rowCount === 0) throw new FencedError(lease);
  }

  /** Renews the leases and tells which of them still hold. */
  async renew(leases: readonly Lease[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.pool.query<{ id: string }>({
      name: 'renew-leases',
      text: RENEW,
      values: [leases.map(({ runId }) => runId), leases.map(({ epoch }) => epoch)],
    });
    return new Set(rows.map(({ id }) => id));
  }

  /** Gives runs back whose worker is shutting down; their attempts are not counted. */
  async release(leases: readonly Lease[], actor: string): Promise<void> {
    await this.pool.query(RELEASE_ALL, [
      leases.map(({ runId }) => runId),
      leases.map(({ epoch }) => epoch),
      actor,
    ]);
  }
}
