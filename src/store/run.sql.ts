import { givenRows } from './given-rows.sql.js';

/** Time for which a claim holds without being renewed. The database's clock alone decides. */
export const LEASE = `interval '10 seconds'`;

/** The trace context under which a run is executed now: that of its last redrive, or its event's. */
export const traceparentOf = (run: string): string => `coalesce(${run}.traceparent, event.traceparent)`;

/** The trace id in it (`version-traceid-parentid-flags`, https://www.w3.org/TR/trace-context/). */
export const traceIdOf = (run: string): string => `substr(${traceparentOf(run)}, 4, 32)`;

/**
 * In words that no partial index fits: of a run that is known by its id, the index of those that have a lease would be
 * read in vain, with all entries of those that had one.
 */
export const hasLease = (run: string): string => `coalesce(${run}.lease_until, '-infinity') > '-infinity'`;

/**
 * Ends attempts. Rows are locked in one order, here and wherever many runs are written, so that no two statements wait
 * for each other in a ring.
 *
 * What is given back unfinished needs a new job, and its attempt is not counted. A run that begins to compensate
 * stays in its worker's hands, and gets attempts and crashes anew.
 *
 * Gives the runs that were still held under their leases.
 */
export const SETTLE = `
  WITH given AS (${givenRows({
    run_id: 'uuid',
    epoch: 'int',
    from: 'run_status',
    to: 'run_status',
    reason: 'text',
    actor: 'text',
    failure: 'jsonb',
    retry_in_ms: 'float8',
    waiting_on: 'text',
  })}), ending AS (
    SELECT run.id, given.*, reason IN ('released', 'circuit_open') AS given_back,
           "from" = 'running' AND "to" = 'compensating' AS turns
    FROM given JOIN runs run ON run.id = run_id AND run.epoch = given.epoch AND run.status = "from"
    WHERE ${hasLease('run')}
    ORDER BY run.id FOR UPDATE OF run
  ), settled AS (
    UPDATE runs SET
      status = "to",
      lease_until = CASE WHEN turns THEN lease_until END,
      last_error = coalesce(failure, last_error),
      next_attempt_at = now() + retry_in_ms * interval '1 millisecond',
      waiting_on = ending.waiting_on,
      finished_at = CASE WHEN "to" IN ('completed', 'dead_lettered', 'compensated', 'compensation_failed')
                         THEN now() END,
      queued_at = CASE WHEN NOT given_back THEN queued_at END,
      crashes = CASE WHEN turns THEN 0 ELSE crashes END,
      attempts = attempts - (given_back AND status = 'running')::int,
      compensation_attempts = CASE WHEN turns THEN 1
                                   ELSE compensation_attempts - (given_back AND status = 'compensating')::int END
    FROM ending WHERE runs.id = ending.id
    RETURNING runs.id, event_id, traceparent, "from", "to", reason, actor, failure,
              CASE "from" WHEN 'running' THEN attempts ELSE compensation_attempts END + given_back::int AS attempt
  )
  INSERT INTO transitions (run_id, "from", "to", attempt, reason, actor, detail, trace_id)
  SELECT settled.id, "from", "to", attempt, reason, actor, failure, ${traceIdOf('settled')}
  FROM settled JOIN events event ON event.id = event_id
  RETURNING run_id`;

/** Leases, as $1 runs and $2 epochs, and the runs that are still held under them. */
const HELD = `given AS (${givenRows({ id: 'uuid', epoch: 'int' })}), held AS (
    SELECT run.id, run.status FROM given JOIN runs run ON run.id = given.id AND run.epoch = given.epoch
    WHERE run.status IN ('running', 'compensating') AND ${hasLease('run')}
    ORDER BY run.id FOR UPDATE OF run
  )`;

/** $1 runs, $2 epochs. */
export const RENEW = `
  WITH ${HELD}
  UPDATE runs SET lease_until = now() + ${LEASE} FROM held WHERE runs.id = held.id RETURNING runs.id`;

/** $1 runs, $2 epochs, $3 actor, $4 whether the job that brought them is still there: otherwise they need a new one. */
export const RELEASE_ALL = `
  WITH ${HELD}, released AS (
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
