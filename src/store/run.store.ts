import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import type { Failure, HeldStatus, RunStatus, Successor, TransitionReason } from '../model/index.js';
import { DATABASE_POOL } from '../platform/database/index.js';
import { fenced, type ClaimedRun, type Lease } from './lease.js';
import { CLAIM, REFUSED_CLAIM, RELEASE_ALL, RENEW, SETTLE, toClaim, type ClaimRow } from './run.sql.js';

export type Claim =
  | { outcome: 'claimed'; run: ClaimedRun }
  /** Another worker holds it, or its next attempt is not due. Milliseconds until it is worth asking again. */
  | { outcome: 'early'; waitMs: number }
  /** Nothing is left to do. */
  | { outcome: 'settled'; status: RunStatus }
  | { outcome: 'missing' };

/** How an attempt ends, or turns to compensating. Every one is in the lifecycle table. */
export type Settlement = SettlementOf<'running'> | SettlementOf<'compensating'>;

type SettlementOf<From extends HeldStatus> = {
  [To in Exclude<Successor<From>, 'running'>]: {
    readonly from: From;
    readonly to: To;
    readonly reason: TransitionReason;
    readonly failure?: Failure;
    readonly retryInMs?: number;
    /** Name of the circuit that it waits for. */
    readonly waitingOn?: string;
  };
}[Exclude<Successor<From>, 'running'>];

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
      case 'compensated':
      case 'compensation_failed':
        return { outcome: 'settled', status: row.status };
      case 'pending':
      case 'running':
      case 'retrying':
      case 'compensating':
        return { outcome: 'early', waitMs: Math.max(0, row.wait_ms ?? 0) };
    }
  }

  /**
   * Ends the attempt, or turns it to compensating.
   *
   * @throws {FencedError} if the lease is void
   */
  async settle(lease: Lease, actor: string, settlement: Settlement): Promise<void> {
    const { from, to, reason, failure, retryInMs, waitingOn } = settlement;
    const { rowCount } = await this.pool.query({
      name: 'settle-run',
      text: SETTLE,
      values: [
        lease.runId,
        lease.epoch,
        from,
        to,
        reason,
        actor,
        failure === undefined ? null : JSON.stringify(failure),
        retryInMs ?? null,
        waitingOn ?? null,
      ],
    });
    if (rowCount === 0) throw fenced(lease);
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

  /** Gives runs back that were claimed and not executed, or not to their end; their attempts are not counted. */
  async release(
    leases: readonly Lease[],
    actor: string,
    job: 'job is over' | 'job is kept' = 'job is over',
  ): Promise<void> {
    await this.pool.query(RELEASE_ALL, [
      leases.map(({ runId }) => runId),
      leases.map(({ epoch }) => epoch),
      actor,
      job === 'job is kept',
    ]);
  }
}
