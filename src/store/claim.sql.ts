import type { Failure, HeldStatus, RunStatus } from '../model/index.js';
import { givenRows } from './given-rows.sql.js';
import type { ClaimedRun, LedgerEntry } from './lease.js';
import { LEASE, traceIdOf, traceparentOf } from './run.sql.js';

export type Claim =
  | { outcome: 'claimed'; run: ClaimedRun }
  /** Another worker holds it, or its next attempt is not due. Whole milliseconds until it is worth asking again. */
  | { outcome: 'early'; waitMs: number }
  /** Nothing is left to do. */
  | { outcome: 'settled'; status: RunStatus }
  | { outcome: 'missing' };

/**
 * $1 runs, $2 actors, $3 the numbers of the jobs that brought them. The locked rows are looked at once more, so that of
 * two workers one claims a run; no claim waits for another. A takeover after the lease ran out counts as a crash, not as
 * an attempt. What a job brings is queued, whether or not its dispatcher has come to write that down.
 *
 * Gives a row for each run that is there: of a refused one its status, and how long it will be refused.
 */
export const CLAIM = `
  WITH asked AS (${givenRows({ id: 'uuid', actor: 'text', job: 'int' })}), due AS (
    SELECT run.id, actor, job, run.status, run.lease_until IS NOT NULL AS crashed
    FROM asked JOIN runs run USING (id)
    WHERE (run.status IN ('pending', 'running')
           OR (run.status IN ('retrying', 'compensating')
               AND (run.next_attempt_at IS NULL OR run.next_attempt_at <= now())))
      AND (run.lease_until IS NULL OR run.lease_until < now())
    FOR UPDATE OF run SKIP LOCKED
  ), claimed AS (
    UPDATE runs SET
      status = CASE due.status WHEN 'compensating' THEN due.status ELSE 'running' END,
      epoch = epoch + 1, lease_until = now() + ${LEASE}, next_attempt_at = NULL, waiting_on = NULL,
      dispatches = greatest(dispatches, job), queued_at = CASE WHEN job > dispatches THEN now() ELSE queued_at END,
      attempts = attempts + (NOT crashed AND due.status <> 'compensating')::int,
      compensation_attempts = compensation_attempts + (NOT crashed AND due.status = 'compensating')::int,
      crashes = crashes + crashed::int
    FROM due WHERE runs.id = due.id
    RETURNING runs.id, event_id, workflow, workflow_version, number, runs.status, crashes, epoch, last_error, traceparent,
              CASE runs.status WHEN 'compensating' THEN compensation_attempts ELSE attempts END AS attempt,
              due.status AS was, crashed, actor
  ), trail AS (
    INSERT INTO transitions (run_id, "from", "to", attempt, reason, actor, trace_id)
    SELECT claimed.id, was, status, attempt, CASE WHEN crashed THEN 'lease_expired' ELSE 'claimed' END, actor,
           ${traceIdOf('claimed')}
    FROM claimed JOIN events event ON event.id = event_id
  )
  SELECT run.id, claimed.id IS NOT NULL AS is_claimed, coalesce(claimed.status, run.status) AS status,
         ceil(extract(epoch FROM coalesce(run.lease_until, run.next_attempt_at) - now()) * 1000)::float8 AS wait_ms,
         claimed.event_id, claimed.workflow, claimed.workflow_version, claimed.number, attempt, claimed.crashes,
         crashed, claimed.epoch, claimed.last_error, event.provider, event.account, event.delivery_key, event.type,
         event.entity, event.occurred_at, event.received_at, ${traceparentOf('claimed')} AS traceparent,
         event.correlation_id, payload.body, payload.headers->>'content-type' AS content_type,
         (SELECT jsonb_object_agg(name, jsonb_build_object('status', step.status, 'output', step.output))
          FROM steps step WHERE step.run_id = claimed.id) AS ledger
  FROM asked
  JOIN runs run USING (id)
  LEFT JOIN claimed USING (id)
  LEFT JOIN events event ON event.id = claimed.event_id
  LEFT JOIN payloads payload ON payload.event_id = event.id AND payload.received_at = event.received_at`;

interface RefusedRow {
  id: string;
  is_claimed: false;
  status: RunStatus;
  wait_ms: number | null;
}

interface ClaimedRow {
  id: string;
  is_claimed: true;
  event_id: string;
  workflow: string;
  workflow_version: number;
  number: number;
  status: HeldStatus;
  attempt: number;
  crashes: number;
  crashed: boolean;
  epoch: number;
  last_error: Failure | null;
  provider: string;
  account: string;
  delivery_key: string;
  type: string;
  entity: string | null;
  occurred_at: Date | null;
  received_at: Date;
  traceparent: string | null;
  correlation_id: string | null;
  body: Buffer | null;
  content_type: string | null;
  ledger: Record<string, LedgerEntry> | null;
}

export type ClaimRow = ClaimedRow | RefusedRow;

export function toClaim(row: ClaimRow): Claim {
  return row.is_claimed ? { outcome: 'claimed', run: toClaimedRun(row) } : toRefusal(row);
}

function toRefusal({ status, wait_ms: waitMs }: RefusedRow): Claim {
  switch (status) {
    case 'completed':
    case 'dead_lettered':
    case 'compensated':
    case 'compensation_failed':
      return { outcome: 'settled', status };
    case 'pending':
    case 'running':
    case 'retrying':
    case 'compensating':
      return { outcome: 'early', waitMs: Math.max(0, waitMs ?? 0) };
  }
}

function toClaimedRun(row: ClaimedRow): ClaimedRun {
  return {
    lease: { runId: row.id, epoch: row.epoch },
    event: {
      id: row.event_id,
      provider: row.provider,
      account: row.account,
      deliveryKey: row.delivery_key,
      type: row.type,
      entity: row.entity,
      occurredAt: row.occurred_at,
      receivedAt: row.received_at,
    },
    body: row.body,
    contentType: row.content_type ?? undefined,
    status: row.status,
    workflow: row.workflow,
    workflowVersion: row.workflow_version,
    number: row.number,
    attempt: row.attempt,
    crashes: row.crashes,
    isTakeover: row.crashed,
    ledger: new Map(Object.entries(row.ledger ?? {})),
    lastError: row.last_error,
    traceparent: row.traceparent,
    correlationId: row.correlation_id,
  };
}
