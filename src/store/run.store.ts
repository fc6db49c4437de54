import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import type { Failure, HeldStatus, Successor, TransitionReason } from '../model/index.js';
import { DATABASE_POOL } from '../platform/database/index.js';
import { CLAIM, toClaim, type Claim, type ClaimRow } from './claim.sql.js';
import { fenced, type Lease } from './lease.js';
import { RELEASE_ALL, RENEW, SETTLE } from './run.sql.js';
import { SharedStatement } from './shared-statement.js';

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

interface AskedClaim {
  readonly runId: string;
  readonly actor: string;
  readonly job: number;
}

interface Ending extends Lease {
  readonly actor: string;
  readonly settlement: Settlement;
}

/**
 * Claims runs and writes their transitions, all of them as the lifecycle table allows. Claims that are made at the same
 * time share a statement, and so do settlements.
 */
@Injectable()
export class RunStore {
  private readonly claims = new SharedStatement<AskedClaim, Claim>('claim-run', (asked) =>
    this.claimAll(asked),
  );
  private readonly settlements = new SharedStatement<Ending, true>('settle-run', (endings) =>
    this.settleAll(endings),
  );

  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  /**
   * Takes a run for this worker, if it is due and nobody holds it.
   *
   * @param actor the worker, for the audit trail
   * @param job number of the run's job that asks for it; 0 if it is none
   */
  async claim(runId: string, actor: string, job = 0): Promise<Claim> {
    return (await this.claims.add({ runId, actor, job })) ?? { outcome: 'missing' };
  }

  private async claimAll(asked: readonly AskedClaim[]): Promise<ReadonlyMap<string, Claim>> {
    const { rows } = await this.pool.query<ClaimRow>({
      name: 'claim-runs',
      text: CLAIM,
      values: [asked.map(({ runId }) => runId), asked.map(({ actor }) => actor), asked.map(({ job }) => job)],
    });
    return new Map(rows.map((row) => [row.id, toClaim(row)]));
  }

  /**
   * Ends the attempt, or turns it to compensating.
   *
   * @throws {FencedError} if the lease is void
   */
  async settle(lease: Lease, actor: string, settlement: Settlement): Promise<void> {
    const isSettled = await this.settlements.add({ ...lease, actor, settlement });
    if (isSettled === undefined) throw fenced(lease);
  }

  private async settleAll(endings: readonly Ending[]): Promise<ReadonlyMap<string, true>> {
    const { rows } = await this.pool.query<{ run_id: string }>({
      name: 'settle-runs',
      text: SETTLE,
      values: [
        endings.map(({ runId }) => runId),
        endings.map(({ epoch }) => epoch),
        endings.map(({ settlement }) => settlement.from),
        endings.map(({ settlement }) => settlement.to),
        endings.map(({ settlement }) => settlement.reason),
        endings.map(({ actor }) => actor),
        endings.map(({ settlement }) => settlement.failure),
        endings.map(({ settlement }) => settlement.retryInMs),
        endings.map(({ settlement }) => settlement.waitingOn),
      ],
    });
    return new Map(rows.map(({ run_id }) => [run_id, true]));
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
