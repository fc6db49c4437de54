import { givenRows } from './given-rows.sql.js';
import { hasLease, traceIdOf } from './run.sql.js';

const STEP = {
  run_id: 'uuid',
  epoch: 'int',
  name: 'text',
  action: 'text',
  input_hash: 'bytea',
  idempotency_key: 'text',
};
const FINISHED = { ...STEP, status: 'step_status', output: 'jsonb', completed_by: 'text' };
const WITH_ENTITY = {
  ...FINISHED,
  provider: 'text',
  kind: 'text',
  key: 'text',
  data: 'jsonb',
  occurred_at: 'timestamptz',
  rank: 'int',
  event_id: 'uuid',
};

/** Steps of different runs, and those of them whose runs are still held under the lease. */
const held = (columns: Readonly<Record<string, string>>): string => `
  given AS (${givenRows(columns)}), held AS (
    SELECT given.*, run.status AS run_status
    FROM given JOIN runs run ON run.id = run_id AND run.epoch = given.epoch
    WHERE run.status IN ('running', 'compensating') AND ${hasLease('run')}
    ORDER BY run.id FOR NO KEY UPDATE OF run
  )`;

/** Runs that are completed with the step, and their transitions. */
const COMPLETED = `completed AS (
    UPDATE runs SET status = 'completed', lease_until = NULL, finished_at = now()
    FROM held WHERE runs.id = run_id AND held.status = 'done' AND completed_by IS NOT NULL
    RETURNING runs.id, runs.event_id, traceparent, run_status, attempts, completed_by
  ), trail AS (
    INSERT INTO transitions (run_id, "from", "to", attempt, reason, actor, trace_id)
    SELECT completed.id, run_status, 'completed', attempts, 'finished', completed_by, ${traceIdOf('completed')}
    FROM completed JOIN events event ON event.id = completed.event_id
  )`;

/** $7 runs whose step may be repeated. Gives the runs whose steps are begun. */
export const BEGIN = `
  WITH ${held(STEP)}
  INSERT INTO steps (run_id, name, action, status, input_hash, idempotency_key, started_at)
  SELECT run_id, name, action, 'started', input_hash, idempotency_key, now() FROM held
  ON CONFLICT (run_id, name) DO UPDATE SET
    status = 'started', input_hash = excluded.input_hash, started_at = now(), finished_at = NULL
  WHERE steps.status = 'failed' OR steps.run_id = ANY ($7::uuid[])
  RETURNING run_id`;

const FINISH_HELD = `
  INSERT INTO steps (run_id, name, action, status, input_hash, idempotency_key, output, started_at, finished_at)
  SELECT run_id, name, action, status, input_hash, idempotency_key, output, now(), now() FROM held
  ON CONFLICT (run_id, name) DO UPDATE SET
    status = excluded.status, output = excluded.output, finished_at = now()
  RETURNING run_id, output`;

/** Gives the outputs as they are recorded, by the runs. */
export const FINISH = `WITH ${held(FINISHED)}, ${COMPLETED} ${FINISH_HELD}`;

/**
 * The entities and their steps in one commit; an older event leaves the entity as it is. Of several states of one entity
 * only the newest is written. Every run is locked before the first entity, and those in the order of their keys.
 *
 * Gives the outputs as they are recorded, by the runs.
 */
export const KEEP_ENTITIES = `
  WITH ${held(WITH_ENTITY)}, ${COMPLETED}, kept AS (
    INSERT INTO entities (provider, kind, key, data, occurred_at, rank, event_id)
    SELECT DISTINCT ON (provider, kind, key) provider, kind, key, data, occurred_at, rank, event_id FROM held
    ORDER BY provider, kind, key, occurred_at DESC, rank DESC, event_id DESC, run_id
    ON CONFLICT (provider, kind, key) DO UPDATE SET
      data = excluded.data, occurred_at = excluded.occurred_at, rank = excluded.rank,
      event_id = excluded.event_id, updated_at = now()
    WHERE (entities.occurred_at, entities.rank, entities.event_id)
        < (excluded.occurred_at, excluded.rank, excluded.event_id)
  ) ${FINISH_HELD}`;
