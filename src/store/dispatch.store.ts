import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import { DATABASE_POOL } from '../platform/database/index.js';
import type { QueueableRun } from './event.store.js';
import { givenRows } from './given-rows.sql.js';
import { traceparentOf } from './run.sql.js';

/** The first offer is made right after the commit; it is given this long before it counts as missed. */
const MISSED_AFTER = `interval '2 seconds'`;

/** A job that is not taken for so long is looked up in its queue. */
const SUSPECT_AFTER = `interval '60 seconds'`;

/** Of rows of `runs`: what their {@link QueueableRun} needs. */
const queueable = (runs: string): string => `
  SELECT run.id, run.provider, run.dispatches, run.epoch, ${traceparentOf('run')} AS traceparent
  FROM (${runs}) run JOIN events event ON event.id = run.event_id`;

/** After a circuit has closed, every process knows it within this time. */
const KNOWN_AFTER = `interval '1 second'`;

/**
 * $1 limit, $2 providers: runs of a provider that has no queue would stand in the way of all others.
 * Recorded, redriven or released runs that no job was made for; runs that a probe has tried in vain; runs whose
 * circuit is no longer open; and runs whose lease ran out.
 */
const UNQUEUED = queueable(`
  (SELECT * FROM runs
   WHERE status = 'pending' AND queued_at IS NULL AND waiting_on IS NULL
     AND created_at < now() - ${MISSED_AFTER} AND provider = ANY ($2)
   LIMIT $1)
  UNION ALL
  (SELECT * FROM runs
   WHERE status = 'compensating' AND queued_at IS NULL AND waiting_on IS NULL AND lease_until IS NULL
     AND provider = ANY ($2)
   LIMIT $1)
  UNION ALL
  (SELECT * FROM runs
   WHERE status = 'retrying' AND queued_at IS NULL AND provider = ANY ($2)
   LIMIT $1)
  UNION ALL
  (SELECT * FROM runs
   WHERE waiting_on IS NOT NULL AND queued_at IS NULL AND lease_until IS NULL AND provider = ANY ($2)
     AND NOT EXISTS (SELECT 1 FROM circuits WHERE name = waiting_on
                     AND (state <> 'closed' OR updated_at > now() - ${KNOWN_AFTER}))
   LIMIT $1)
  UNION ALL
  (SELECT * FROM runs
   WHERE lease_until < now() AND (queued_at IS NULL OR queued_at < lease_until) AND provider = ANY ($2)
   ORDER BY lease_until LIMIT $1)`);

/**
 * $1 limit, $2 providers.
 * Runs whose job ought to have been taken long ago. Most of them merely stand in a long queue.
 */
const SUSPECTS = queueable(`
  SELECT * FROM runs
  WHERE status IN ('pending', 'retrying', 'running', 'compensating') AND queued_at < now() - ${SUSPECT_AFTER}
    AND provider = ANY ($2)
    AND coalesce(lease_until, next_attempt_at, queued_at) < now() - ${SUSPECT_AFTER}
  ORDER BY queued_at LIMIT $1`);

/**
 * $1 runs. They go to the end of the line, so that those behind them are looked at, too. One that a worker has given
 * back meanwhile has no job any more, and is left as it is.
 */
const CLEAR_SUSPECTS = `
  WITH alive AS (
    SELECT id FROM runs WHERE id = ANY ($1::uuid[]) AND queued_at < now() - ${SUSPECT_AFTER} ORDER BY id FOR UPDATE
  )
  UPDATE runs SET queued_at = now() FROM alive WHERE runs.id = alive.id`;

/**
 * $1 providers, $2 jobs made since then, or null for all, $3 and until then, $4 the run to go on after, $5 limit.
 * Whoever holds a run now may need its job for the next attempt, so leases are not looked at.
 */
const QUEUED = `${queueable(`
  SELECT * FROM runs
  WHERE status IN ('pending', 'retrying', 'running', 'compensating') AND provider = ANY ($1)
    AND queued_at BETWEEN coalesce($2, '-infinity'::timestamptz) AND $3 AND id > $4
  ORDER BY id LIMIT $5`)}
  ORDER BY run.id`;

/** $1 runs. Those of them that are still as they ought to be while they have a job. */
const STILL_QUEUED = queueable(`
  SELECT * FROM runs
  WHERE id = ANY ($1::uuid[]) AND status IN ('pending', 'retrying', 'running', 'compensating')
    AND queued_at IS NOT NULL`);

/**
 * Two processes may have made the same job; the number rises once. A run that a worker has meanwhile taken and
 * given back has no job, though one was made: it stays unqueued, for the sweeper. A run that is just being written by
 * another is passed over: either its claim writes the same, or the sweeper finds that its job is there.
 */
const MARK_QUEUED = `
  WITH job AS (${givenRows({ run_id: 'uuid', number: 'int', epoch: 'int' })}), made AS (
    SELECT runs.id, job.number,
           runs.epoch > job.epoch AND runs.status IN ('pending', 'compensating')
             AND runs.lease_until IS NULL AND runs.next_attempt_at IS NULL AS was_given_back
    FROM job JOIN runs ON runs.id = job.run_id AND runs.dispatches < job.number
    FOR UPDATE OF runs SKIP LOCKED
  )
  UPDATE runs SET dispatches = made.number, queued_at = CASE WHEN made.was_given_back THEN queued_at ELSE now() END,
                  waiting_on = CASE WHEN made.was_given_back THEN waiting_on END
  FROM made WHERE runs.id = made.id`;

/** Every id comes after it. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** A job that was made for a run. */
export interface MadeJob {
  readonly runId: string;
  /** Which of the run's jobs it is, from 1 on. */
  readonly number: number;
  /** In which the run was found. */
  readonly epoch: number;
}

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

  /**
   * Open runs that a job was made for, a batch at a time.
   *
   * @param providers those that have a queue
   * @param made when their jobs were; without a beginning, all until then
   * @param after the last run of the batch before
   */
  async findQueued(
    providers: readonly string[],
    made: { readonly since: Date | undefined; readonly until: string },
    after: QueueableRun | undefined,
    limit: number,
  ): Promise<QueueableRun[]> {
    const values = [providers, made.since ?? null, made.until, after?.id ?? FIRST_ID, limit];
    return (await this.pool.query<QueueableRun>(QUEUED, values)).rows;
  }

  /** Those of the runs that are still open and for which no later job was made. */
  async keepQueued(runs: readonly QueueableRun[]): Promise<QueueableRun[]> {
    const { rows } = await this.pool.query<QueueableRun>(STILL_QUEUED, [runs.map(({ id }) => id)]);
    const dispatches = new Map(runs.map((run) => [run.id, run.dispatches]));
    return rows.filter((row) => row.dispatches === dispatches.get(row.id));
  }

  /** @param jobs that were made */
  async markQueued(jobs: readonly MadeJob[]): Promise<void> {
    await this.pool.query({
      name: 'mark-queued',
      text: MARK_QUEUED,
      values: [
        jobs.map(({ runId }) => runId),
        jobs.map(({ number }) => number),
        jobs.map(({ epoch }) => epoch),
      ],
    });
  }
}
