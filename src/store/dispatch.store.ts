import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import { DATABASE_POOL } from '../platform/database/index.js';
import type { QueueableRun } from './event.store.js';

/** The first offer is made right after the commit; it is given this long before it counts as missed. */
const MISSED_AFTER = `interval '2 seconds'`;

/** A job that is not taken for so long is looked up in its queue. */
const SUSPECT_AFTER = `interval '60 seconds'`;

/**
 * $1 limit, $2 providers: runs of a provider that has no queue would stand in the way of all others.
 * Recorded, redriven or released runs that no job was made for; runs whose lease ran out; and runs whose circuit
 * is no longer open.
 */
const UNQUEUED = `
  (SELECT id, provider, dispatches FROM runs
   WHERE status = 'pending' AND queued_at IS NULL AND waiting_on IS NULL
     AND created_at < now() - ${MISSED_AFTER} AND provider = ANY ($2)
   LIMIT $1)
  UNION ALL
  (SELECT id, provider, dispatches FROM runs
   WHERE status = 'compensating' AND queued_at IS NULL AND waiting_on IS NULL AND lease_until IS NULL
     AND provider = ANY ($2)
   LIMIT $1)
  UNION ALL
  (SELECT id, provider, dispatches FROM runs
   WHERE lease_until < now() AND (queued_at IS NULL OR queued_at < lease_until) AND provider = ANY ($2)
   ORDER BY lease_until LIMIT $1)`;

/**
 * $1 limit, $2 providers.
 * Runs whose job ought to have been taken long ago. Most of them merely stand in a long queue.
 */
const SUSPECTS = `
  SELECT id, provider, dispatches FROM runs
  WHERE status IN ('pending', 'retrying', 'running', 'compensating') AND queued_at < now() - ${SUSPECT_AFTER}
    AND waiting_on IS NULL AND provider = ANY ($2)
    AND coalesce(lease_until, next_attempt_at, queued_at) < now() - ${SUSPECT_AFTER}
  ORDER BY queued_at LIMIT $1`;

/** $1 runs. They go to the end of the line, so that those behind them are looked at, too. */
const CLEAR_SUSPECTS = `
  WITH alive AS (SELECT id FROM runs WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE)
  UPDATE runs SET queued_at = now() FROM alive WHERE runs.id = alive.id`;

/**
 * Two processes may have made the same job; the number rises once. Whoever writes many runs locks them in the
 * order of their ids, so that no two wait for each other in a ring.
 */
const MARK_QUEUED = `
  WITH made AS (
    SELECT runs.id, job.number FROM runs
    JOIN unnest($1::uuid[], $2::int[]) AS job (run_id, number)
      ON runs.id = job.run_id AND runs.dispatches < job.number
    ORDER BY runs.id FOR UPDATE OF runs
  )
  UPDATE runs SET queued_at = now(), dispatches = made.number FROM made WHERE runs.id = made.id`;

/** What the dispatcher and its sweeper ask of the runs. */
@Injectable()
export class DispatchStore {
  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  /** @param providers those that have a queue */
  async findUnqueued(providers: readonly string[], limit: number): Promise<QueueableRun[]> {
    return (await this.pool.query<QueueableRun>(UNQUEUED, [limit, providers])).rows;
  }

  /** @param providers those that have a queue */
  async findSuspects(providers: readonly string[], limit: number): Promise<QueueableRun[]> {
    return (await this.pool.query<QueueableRun>(SUSPECTS, [limit, providers])).rows;
  }

  /** @param runs suspects whose job is where it ought to be */
  async clearSuspects(runs: readonly QueueableRun[]): Promise<void> {
    await this.pool.query(CLEAR_SUSPECTS, [runs.map(({ id }) => id)]);
  }

  /** @param jobs the jobs that were made: their runs and their numbers */
  async markQueued(jobs: readonly { runId: string; number: number }[]): Promise<void> {
    await this.pool.query({
      name: 'mark-queued',
      text: MARK_QUEUED,
      values: [jobs.map(({ runId }) => runId), jobs.map(({ number }) => number)],
    });
  }
}
