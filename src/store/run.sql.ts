import type { Failure, HeldStatus } from '../model/index.js';
import type { ClaimedRun, LedgerEntry } from './lease.js';

/** Time for which a claim holds without being renewed. The database's clock alone decides. */
const LEASE = `interval '10 seconds'`;

/** The trace context under which a run is executed now: that of its last redrive, or its event's. */
export const traceparentOf = (run: string): string => `coalesce(${run}.traceparent, event.traceparent)`;

/** The trace id in it (`version-traceid-parentid-flags`, https://www.w3.org/TR/trace-context/). */
const traceIdOf = (run: string): string => `substr(${traceparentOf(run)}, 4, 32)`;

/**
 * $1 run, $2 actor. The locked row is looked at once more, so that of two workers one claims;
 * a takeover after the lease ran out counts as a crash, not as an attempt.
 */
export const CLAIM = `
  WITH due AS (
    SELECT id, status, lease_until IS NOT NULL AS crashed FROM runs
    WHERE id = $1
      AND (status IN ('pending', 'running') OR (status IN ('retrying', 'compensating')
                                                AND (next_attempt_at IS NULL OR next_attempt_at <= now())))
      AND (lease_until IS NULL OR lease_until < now())
    FOR UPDATE SKIP LOCKED
  ), claimed AS (
    UPDATE runs SET
      status = CASE due.status WHEN 'compensating' THEN due.status ELSE 'running' END,
      epoch = epoch + 1, lease_until = now() + ${LEASE}, next_attempt_at = NULL, waiting_on = NULL,
      attempts = attempts + (NOT crashed AND due.status <> 'compensating')::int,
      compensation_attempts = compensation_attempts + (NOT crashed AND due.status = 'compensating')::int,
      crashes = crashes + crashed::int
    FROM due WHERE runs.id = due.id
    RETURNING runs.id, event_id, workflow, workflow_version, number, runs.status, crashes, epoch, last_error, traceparent,
              CASE runs.status WHEN 'compensating' THEN compensation_attempts ELSE attempts END AS attempt,
              due.status AS was, crashed
  ), trail AS (
    INSERT INTO transitions (run_id, "from", "to", attempt, reason, actor, trace_id)
    SELECT claimed.id, was, status, attempt, CASE WHEN crashed THEN 'lease_expired' ELSE 'claimed' END, $2,
           ${traceIdOf('claimed')}
    FROM claimed JOIN events event ON event.id = event_id
  )
  SELECT claimed.id, claimed.event_id, workflow, workflow_version, number, status, attempt, crashes, epoch,
         last_error, event.provider, event.account, event.delivery_key, event.type, event.entity,
         event.occurred_at, event.received_at, ${traceparentOf('claimed')} AS traceparent, event.correlation_id, payload.body,
         payload.headers->>'content-type' AS content_type,
         (SELECT jsonb_object_agg(name, jsonb_build_object('status', step.status, 'output', step.output))
          FROM steps step WHERE step.run_id = claimed.id) AS ledger
  FROM claimed
  JOIN events event ON event.id = claimed.event_id
  LEFT JOIN payloads payload ON payload.event_id = event.id AND payload.received_at = event.received_at`;

export interface ClaimRow {
  id: string;
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

export function toClaim(row: ClaimRow): ClaimedRun {
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

/** $1 run. Why it could not be claimed, and how long that will last. */
export const REFUSED_CLAIM = `
  SELECT status, (extract(epoch FROM coalesce(lease_until, next_attempt_at) - now()) * 1000)::float8 AS wait_ms
  FROM runs WHERE id = $1`;

/**
 * $1 run, $2 epoch, $3 from, $4 to, $5 reason, $6 actor, $7 failure, $8 milliseconds until the next attempt,
 * $9 circuit that it waits for.
 *
 * What is given back unfinished needs a new job, and its attempt is not counted. A run that begins to compensate
 * stays in its worker's hands, and gets attempts and crashes anew.
 */
export const SETTLE = `
  WITH ending AS (
    SELECT $5 IN ('released', 'circuit_open') AS given_back,
           $3::run_status = 'running' AND $4::run_status = 'compensating' AS turns
  ), settled AS (
    UPDATE runs SET
      status = $4::run_status,
      lease_until = CASE WHEN turns THEN lease_until END,
      last_error = coalesce($7::jsonb, last_error),
      next_attempt_at = now() + $8::float8 * interval '1 millisecond',
      waiting_on = $9,
      finished_at = CASE WHEN $4::run_status IN ('completed', 'dead_lettered', 'compensated', 'compensation_failed')
                         THEN now() END,
      queued_at = CASE WHEN NOT given_back THEN queued_at END,
      crashes = CASE WHEN turns THEN 0 ELSE crashes END,
      attempts = attempts - (given_back AND status = 'running')::int,
      compensation_attempts = CASE WHEN turns THEN 1
                                   ELSE compensation_attempts - (given_back AND status = 'compensating')::int END
    FROM ending
    WHERE id = $1 AND epoch = $2 AND status = $3::run_status AND lease_until IS NOT NULL
    RETURNING id, event_id, traceparent, CASE $3::run_status WHEN 'running' THEN attempts ELSE compensation_attempts END
                    + given_back::int AS attempt
  )
  INSERT INTO transitions (run_id, "from", "to", attempt, reason, actor, detail, trace_id)
  SELECT settled.id, $3::run_status, $4::run_status, attempt, $5, $6, $7::jsonb, ${traceIdOf('settled')}
  FROM settled JOIN events event ON event.id = event_id`;

/** $1 runs, $2 epochs. Locked in one order, so that no two statements wait for each other in a ring. */
const HELD = `
    SELECT run.id, run.status FROM runs run
    JOIN unnest($1::uuid[], $2::int[]) AS lease (id, epoch) ON run.id = lease.id AND run.epoch = lease.epoch
    WHERE run.status IN ('running', 'compensating') AND run.lease_until IS NOT NULL
    ORDER BY run.id FOR UPDATE OF run`;

/** $1 runs, $2 epochs. */
export const RENEW = `
  WITH held AS (${HELD}
  )
  UPDATE runs SET lease_until = now() + ${LEASE} FROM held WHERE runs.id = held.id RETURNING runs.id`;

/** $1 runs, $2 epochs, $3 actor, $4 whether the job that brought them is still there: otherwise they need a new one. */
export const RELEASE_ALL = `
  WITH held AS (${HELD}), released AS (
    UPDATE runs SET
      status = CASE held.status WHEN 'running' THEN 'pending' ELSE held.status END,
      lease_until = NULL, queued_at = CASE WHEN $4 THEN queued_at END,
      attempts = attempts - (held.status = 'running')::int,
      compensation_attempts = compensation_attempts - (held.status = 'compensating')::int
    FROM held WHERE runs.id = held.id
    RETURNING runs.id, event_id, runs.traceparent, held.status AS was, runs.status,
              CASE held.status WHEN 'running' THEN attempts ELSE compensation_attempts END + 1 AS attempt
  )
  INSERT INTO transitions (run_id, "from", "to", attempt, reason, actor, trace_id)
  SELECT released.id, was, status, attempt, 'released', $3, ${traceIdOf('released')}
  FROM released JOIN events event ON event.id = event_id`;
