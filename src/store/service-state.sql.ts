import { IS_DEAD_LETTER } from './dead-letter.sql.js';

/** Of open runs, what their state is told from. */
const RUN = `SELECT provider, status, next_attempt_at, created_at, waiting_on, lease_until FROM runs`;

/**
 * Of runs by provider and status, each status by its own partial index and in its order: those that are completed, which
 * is nearly all, are never looked at, and of a backlog no more than `most` of a status, the oldest first. A run is due from
 * `coalesce(next_attempt_at, created_at)` on, and waits for a worker unless it waits for a circuit.
 */
const open = (most: string) => `
  SELECT provider, status, count(*) AS runs,
         min(coalesce(next_attempt_at, created_at)) FILTER (
           WHERE waiting_on IS NULL AND lease_until IS NULL AND coalesce(next_attempt_at, created_at) <= now()) AS due_at
  FROM (
    (${RUN} WHERE status = 'pending' ORDER BY queued_at LIMIT ${most})
    UNION ALL
    (${RUN} WHERE status = 'retrying' ORDER BY next_attempt_at LIMIT ${most})
    UNION ALL
    (${RUN} WHERE status = 'compensating' ORDER BY queued_at LIMIT ${most})
    UNION ALL
    (${RUN} WHERE lease_until IS NOT NULL AND status = 'running' ORDER BY lease_until LIMIT ${most})
  ) run
  GROUP BY provider, status`;

const DEAD = `
  SELECT provider, status, count(*) AS runs
  FROM (SELECT provider, status FROM runs run WHERE ${IS_DEAD_LETTER} ORDER BY finished_at DESC LIMIT $2) dead
  GROUP BY provider, status`;

/** $1 runs of a status at most. Seconds for which that run has been due that has waited longest for a worker. */
export const OLDEST_WAITING = `
  SELECT coalesce(extract(epoch FROM now() - min(due_at)), 0)::float8 AS seconds FROM (${open('$1')}) open`;

/** $1 circuits at most, $2 runs of a status at most. */
export const SERVICE_STATE = `
  WITH open AS (${open('$2')}), dead AS (${DEAD}), circuit AS (
    SELECT name, state, (SELECT count(*) FROM runs WHERE waiting_on = circuits.name) AS waiting
    FROM circuits ORDER BY state = 'closed', updated_at DESC LIMIT $1
  ), held AS (
    SELECT provider, count(*) AS requests, sum(body_bytes) AS bytes
    FROM rejected_requests WHERE state = 'held' GROUP BY provider
  )
  SELECT
    (SELECT coalesce(jsonb_agg(jsonb_build_object('provider', provider, 'status', status, 'runs', runs)), '[]')
     FROM (SELECT provider, status, runs FROM open UNION ALL SELECT * FROM dead) counted) AS runs,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('provider', provider, 'seconds', seconds)), '[]')
     FROM (SELECT provider, extract(epoch FROM now() - min(due_at))::float8 AS seconds FROM open
           WHERE due_at IS NOT NULL GROUP BY provider) late) AS waiting,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'state', state, 'waitingRuns', waiting)), '[]')
     FROM circuit) AS circuits,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('provider', provider, 'requests', requests, 'bytes', bytes)), '[]')
     FROM held) AS quarantine`;
