import { HAS_PAYLOAD, IS_DEAD_LETTER, isMeant, IS_UNKNOWN, OPEN_INTENTS } from './dead-letter.sql.js';
import { traceparentOf } from './run.sql.js';

/** What became of a dead letter that was chosen. */
export type Verdict = 'redriven' | 'reopened' | 'needs_decision' | 'payload_dropped';

/**
 * The one statement that sends dead letters again: chosen, locked in the order of their ids, judged, changed and
 * written into the audit trail. However many ask at once, each is redriven once: whoever comes second finds it pending.
 *
 * A run that was compensated has undone what it did, so another one takes its place, with new keys. Of every other
 * one the ledger stays, and so do its keys. The next offer is the sweeper's. Each begins a new trace.
 *
 * $1 actor, or null for the provider of each; $2 reason of the transition; $3 what a person has decided about
 * unknown outcomes, or null; $4 detail of the transition.
 *
 * @param chosen common table expressions, of which one is `chosen (id)`; its parameters are $5 and above
 * @param further common table expressions that use `judged (run_id, event_id, verdict, new_run_id)`
 */
function redrive(chosen: string, further = ''): string {
  return `
  WITH ${chosen}, dead AS (
    SELECT run.* FROM runs run JOIN chosen USING (id)
    WHERE ${IS_DEAD_LETTER}
    ORDER BY run.id FOR UPDATE OF run
  ), judged AS MATERIALIZED (
    SELECT run.id AS run_id, run.event_id, run.status, ${traceparentOf('run')} AS earlier_traceparent,
           new_traceparent() AS traceparent,
           CASE run.status WHEN 'dead_lettered' THEN attempts ELSE compensation_attempts END AS attempt,
           coalesce($1, 'provider:' || run.provider) AS actor,
           unknown, run.last_error ->> 'step' AS failed_step,
           CASE WHEN NOT ${HAS_PAYLOAD} THEN 'payload_dropped'
                WHEN unknown AND $3::text IS NULL THEN 'needs_decision'
                WHEN run.status = 'compensated' THEN 'reopened'
                ELSE 'redriven' END AS verdict,
           CASE run.status WHEN 'compensated' THEN new_uuid_v7() END AS new_run_id
    FROM dead run
    JOIN events event ON event.id = run.event_id
    CROSS JOIN LATERAL (SELECT ${IS_UNKNOWN} AS unknown) outcome
  ), changed AS (
    UPDATE runs SET status = 'pending', attempts = 0, compensation_attempts = 0, crashes = 0, queued_at = NULL,
                    next_attempt_at = NULL, waiting_on = NULL, finished_at = NULL,
                    traceparent = judged.traceparent
    FROM judged WHERE runs.id = judged.run_id AND verdict = 'redriven'
  ), trail AS (
    INSERT INTO transitions (run_id, "from", "to", attempt, reason, actor, trace_id, detail)
    SELECT run_id, status, 'pending', attempt, $2, actor, substr(traceparent, 4, 32), $4::jsonb
    FROM judged WHERE verdict = 'redriven'
  ), settled AS (
    UPDATE steps SET status = (CASE $3 WHEN 'repeat' THEN 'failed' ELSE 'done' END)::step_status, finished_at = now()
    FROM judged
    WHERE steps.run_id = judged.run_id AND steps.name = failed_step
      AND verdict = 'redriven' AND unknown AND steps.status = 'started'
  ), superseded AS (
    UPDATE runs SET superseded_by = new_run_id
    FROM judged WHERE runs.id = judged.run_id AND verdict = 'reopened'
    RETURNING runs.*, judged.traceparent AS new_traceparent
  ), opened AS (
    INSERT INTO runs (id, event_id, provider, workflow, number, workflow_version, created_at, traceparent)
    SELECT superseded_by, event_id, provider, workflow, number + 1, workflow_version, now(), new_traceparent
    FROM superseded
  ), assumed AS (
    INSERT INTO steps (run_id, name, action, status, input_hash, idempotency_key, started_at, finished_at)
    SELECT new_run_id, name, action, 'done', input_hash, idempotency_key, started_at, now()
    FROM judged CROSS JOIN LATERAL (SELECT judged.run_id AS id) run CROSS JOIN LATERAL (${OPEN_INTENTS}) intent
    WHERE verdict = 'reopened' AND $3 = 'assume_done'
  ), audited AS (
    -- The first state of a run is its row, which has no transition to say who opened it.
    INSERT INTO audit (actor, action, subject, detail)
    SELECT actor, 'run_reopened', run_id,
           coalesce($4::jsonb, '{}') || jsonb_build_object('newRunId', new_run_id, 'eventId', event_id)
    FROM judged WHERE verdict = 'reopened'
  )${further}
  SELECT run_id AS "runId", verdict, CASE verdict WHEN 'reopened' THEN new_run_id END AS "newRunId",
         traceparent, earlier_traceparent AS "earlierTraceparent"
  FROM judged ORDER BY run_id`;
}

/** $5 run. */
export const REDRIVE_RUN = redrive('chosen AS (SELECT $5::uuid AS id)');

/** $5 event. */
export const REDRIVE_EVENT = redrive(
  `chosen AS (SELECT run.id FROM runs run WHERE run.event_id = $5 AND ${IS_DEAD_LETTER})`,
);

/**
 * $5 events. What a provider delivers again is tried again, but not where an effect may have happened or was
 * undone: that is a person's to decide.
 */
export const REDELIVER = redrive(
  `chosen AS (SELECT id FROM runs WHERE event_id = ANY ($5::uuid[]) AND status = 'dead_lettered')`,
);

/** Dead letters that a batch looks at, whether the filter means them or not: it takes no longer where few are meant. */
const STRETCH = 10_000;

/**
 * $5 redrive, $6 dead letters. The next batch of it, with its progress, if its time has come and nobody else is at it. The pace is
 * kept in the row, whoever does the work; a turn of a second that was missed is made up for.
 */
export const REDRIVE_BATCH = redrive(
  `redrive AS MATERIALIZED (
    SELECT * FROM redrives
    WHERE id = $5 AND status = 'running' AND next_batch_at <= now()
    FOR UPDATE SKIP LOCKED
  ), stretch AS MATERIALIZED (
    -- Scalar subqueries, so that the index finds the place; without the row of the redrive they are null, and so
    -- nothing is found.
    SELECT run.id, run.event_id, run.finished_at FROM runs run
    WHERE ${IS_DEAD_LETTER} AND run.finished_at <= (SELECT failed_before FROM redrive)
      AND (run.finished_at, run.id) > ((SELECT position_time FROM redrive), (SELECT position_id FROM redrive))
    ORDER BY run.finished_at, run.id LIMIT ${STRETCH}
  ), chosen AS MATERIALIZED (
    SELECT run.id, run.finished_at FROM stretch
    JOIN runs run ON run.id = stretch.id
    JOIN events event ON event.id = stretch.event_id
    WHERE ${isMeant('(SELECT filter FROM redrive)')}
    ORDER BY run.finished_at, run.id LIMIT $6::int
  )`,
  `, counted AS (
    SELECT count(*) FILTER (WHERE verdict IN ('redriven', 'reopened')) AS redriven,
           count(*) FILTER (WHERE verdict = 'needs_decision') AS needs_decision,
           count(*) FILTER (WHERE verdict = 'payload_dropped') AS payload_dropped
    FROM judged
  ), size AS (
    SELECT count(*) AS chosen FROM chosen
  ), last AS (
    -- A full batch ends where it ends; the rest of the stretch is looked at with the next one.
    SELECT finished_at, id FROM (
      SELECT finished_at, id FROM chosen
      UNION ALL
      SELECT finished_at, id FROM stretch WHERE (SELECT chosen FROM size) < $6::int
    ) seen
    ORDER BY finished_at DESC, id DESC LIMIT 1
  ), progress AS (
    UPDATE redrives SET
      redriven = redrives.redriven + counted.redriven,
      needs_decision = redrives.needs_decision + counted.needs_decision,
      payload_dropped = redrives.payload_dropped + counted.payload_dropped,
      position_time = coalesce(last.finished_at, redrives.position_time),
      position_id = coalesce(last.id, redrives.position_id),
      next_batch_at = greatest(redrives.next_batch_at, now() - interval '1 second')
                    + size.chosen::float8 / redrives.per_second * interval '1 second',
      status = CASE WHEN last.id IS NULL THEN 'done' ELSE redrives.status END,
      finished_at = CASE WHEN last.id IS NULL THEN now() END
    FROM redrive CROSS JOIN counted CROSS JOIN size LEFT JOIN last ON true
    WHERE redrives.id = redrive.id
  )`,
);
