import type { ClaimedRun, LedgerEntry } from './lease.js';

/** Time for which a claim holds without being renewed. The database's clock alone decides. */
const LEASE = `interval '10 seconds'`;

/**
 * $1 run, $2 actor. The locked row is looked at once more, so that of two workers one claims;
 * a takeover after the lease ran out counts as a crash, not as an attempt.
 */
export const CLAIM = `
  WITH due AS (
    SELECT id, status FROM runs
    WHERE id = $1
      AND (status = 'pending' OR (status = 'retrying' AND next_attempt_at <= now())
           OR (status = 'running' AND lease_until < now()))
    FOR UPDATE SKIP LOCKED
  ), claimed AS (
    UPDATE runs SET
      status = 'running', epoch = epoch + 1, lease_until = now() + ${LEASE}, next_attempt_at = NULL,
      attempts = attempts + (due.status <> 'running')::int, crashes = crashes + (due.status = 'running')::int
    FROM due WHERE runs.id = due.id
    RETURNING runs.id, event_id, workflow, workflow_version, number, attempts, crashes, epoch, due.status AS was
  ), trail AS (
    INSERT INTO transitions (run_id, "from", "to", attempt, reason, actor)
    SELECT id, was, 'running', attempts, CASE was WHEN 'running' THEN 'lease_expired' ELSE 'claimed' END, $2
    FROM claimed
  )
  SELECT claimed.*, event.provider, event.account, event.delivery_key, event.type, event.entity,
         event.occurred_at, event.received_at, payload.body,
         (SELECT jsonb_object_agg(name, jsonb_build_object('status', step.status, 'output', step.output))
          FROM steps step WHERE step.run_id = claimed.id) AS ledger
  FROM claimed
  JOIN events event ON event.id = claimed.event_id
  JOIN payloads payload ON payload.event_id = event.id AND payload.received_at = event.received_at`;

export interface ClaimRow {
  id: string;
  event_id: string;
  workflow: string;
  workflow_version: number;
  number: number;
  attempts: number;
  crashes: number;
  epoch: number;
  provider: string;
  account: string;
  delivery_key: string;
  type: string;
  entity: string | null;
  occurred_at: Date | null;
  received_at: Date;
  body: Buffer;
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
    workflow: row.workflow,
    workflowVersion: row.workflow_version,
    number: row.number,
    attempt: row.attempts,
    crashes: row.crashes,
    ledger: new Map(Object.entries(row.ledger ?? {})),
  };
}

/** $1 run. Why it could not be claimed, and how long that will last. */
export const REFUSED_CLAIM = `
  SELECT status,
         (extract(epoch FROM (CASE status WHEN 'running' THEN lease_until ELSE next_attempt_at END) - now())
           * 1000)::float8 AS wait_ms
  FROM runs WHERE id = $1`;

/**
 * $1 run, $2 epoch, $3 to, $4 reason, $5 actor, $6 failure, $7 milliseconds until the next attempt.
 * A released run (to `pending`) needs a new job, and its attempt is not counted.
 */
export const SETTLE = `
  WITH settled AS (
    UPDATE runs SET
      status = $3::run_status, lease_until = NULL, last_error = coalesce($6::jsonb, last_error),
      next_attempt_at = now() + $7::float8 * interval '1 millisecond',
      finished_at = CASE WHEN $3::run_status IN ('completed', 'dead_lettered') THEN now() END,
      queued_at = CASE WHEN $3::run_status <> 'pending' THEN queued_at END,
      attempts = attempts - ($3::run_status = 'pending')::int
    WHERE id = $1 AND epoch = $2 AND status = 'running'
    RETURNING id, attempts + ($3::run_status = 'pending')::int AS attempt
  )
  INSERT INTO transitions (run_id, "from", "to", attempt, reason, actor, detail)
  SELECT id, 'running', $3::run_status, attempt, $4, $5, $6::jsonb FROM settled`;

/** $1 runs, $2 epochs. Locked in one order, so that no two statements wait for each other in a ring. */
const HELD = `
    SELECT run.id FROM runs run
    JOIN unnest($1::uuid[], $2::int[]) AS lease (id, epoch) ON run.id = lease.id AND run.epoch = lease.epoch
    WHERE run.status = 'running'
    ORDER BY run.id FOR UPDATE OF run`;

/** $1 runs, $2 epochs. */
export const RENEW = `
  WITH held AS (${HELD}
  )
  UPDATE runs SET lease_until = now() + ${LEASE} FROM held WHERE runs.id = held.id RETURNING runs.id`;

/** $1 runs, $2 epochs, $3 actor. */
export const RELEASE_ALL = `
  WITH held AS (${HELD}), released AS (
    UPDATE runs SET status = 'pending', lease_until = NULL, queued_at = NULL, attempts = attempts - 1
    FROM held WHERE runs.id = held.id
    RETURNING runs.id, runs.attempts
  )
  INSERT INTO transitions (run_id, "from", "to", attempt, reason, actor)
  SELECT id, 'running', 'pending', attempts + 1, 'released', $3 FROM released`;
