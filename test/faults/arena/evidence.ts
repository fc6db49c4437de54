import type pg from 'pg';
import type { RunStatus } from '../../../src/model/index.js';
import type { Kind } from './traffic.js';

/** A run that failed for good. */
export interface DeadLetter {
  readonly eventId: string;
  readonly type: string;
  readonly status: RunStatus;
  readonly code: string;
}

/** Everything that the checker judges by; none of it was told by the service. */
export interface Evidence {
  /** By delivery key, what was sent. */
  readonly sent: ReadonlyMap<string, Kind>;
  /** Ids that senders were given, read from disk. */
  readonly acknowledged: readonly string[];
  readonly events: readonly RecordedEvent[];
  readonly deadLetters: readonly DeadLetter[];
  /** By event, how often it was written into `entities`. */
  readonly persisted: ReadonlyMap<string, number>;
  /** By event, how many e-mails arrived. */
  readonly mailed: ReadonlyMap<string, number>;
}

export interface RecordedEvent {
  readonly id: string;
  readonly deliveryKey: string;
  readonly statuses: readonly RunStatus[];
}

/**
 * Every attempt to write an entity that commits leaves a row, also one that leaves the entity as it is: a BEFORE
 * trigger fires before ON CONFLICT is decided. There is no unique key, so nothing is hidden.
 *
 * @see https://www.postgresql.org/docs/current/sql-insert.html (ON CONFLICT)
 */
const EFFECT_LEDGER = `
  CREATE TABLE effect_ledger (event_id UUID NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp());
  CREATE FUNCTION note_effect() RETURNS TRIGGER LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO effect_ledger (event_id) VALUES (NEW.event_id);
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER note_effect BEFORE INSERT ON entities FOR EACH ROW EXECUTE FUNCTION note_effect();`;

export async function installEffectLedger(pool: pg.Pool): Promise<void> {
  await pool.query(EFFECT_LEDGER);
}

export async function readEvents(pool: pg.Pool): Promise<RecordedEvent[]> {
  const { rows } = await pool.query<RecordedEvent>(
    `SELECT event.id, event.delivery_key AS "deliveryKey", array_agg(run.status::text) AS statuses
     FROM events event LEFT JOIN runs run ON run.event_id = event.id GROUP BY event.id`,
  );
  return rows;
}

export async function readDeadLetters(pool: pg.Pool): Promise<DeadLetter[]> {
  const { rows } = await pool.query<DeadLetter>(
    `SELECT event.id AS "eventId", event.type, run.status::text AS status, run.last_error ->> 'code' AS code
     FROM runs run JOIN events event ON event.id = run.event_id WHERE run.status IN ('dead_lettered', 'compensated', 'compensation_failed')`,
  );
  return rows;
}

/** An event's state of an entity may have been left out for another's, if both came at the same moment. */
export async function readPersisted(pool: pg.Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ id: string; count: number }>(
    `WITH written AS (
       SELECT event_id AS id, count(*)::int AS count FROM effect_ledger GROUP BY event_id
     )
     SELECT id, count FROM written
     UNION ALL
     SELECT DISTINCT run.event_id, 1
     FROM steps step JOIN runs run ON run.id = step.run_id
     JOIN entities entity ON concat_ws('/', entity.provider, entity.kind, entity.key) = step.output ->> 'entity'
     WHERE step.action = 'persist' AND step.status = 'done' AND entity.event_id <> run.event_id
       AND run.event_id NOT IN (SELECT id FROM written)`,
  );
  return new Map(rows.map(({ id, count }) => [id, count]));
}
