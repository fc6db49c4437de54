// The least that persists an event once and can be audited: it is claimed with a transition, then the entity is kept
// and the run completed with another. Two statements, each for all runs that are at hand.

import { Worker } from 'bullmq';
import pg from 'pg';
import { grouped } from './grouped.js';
import { CONCURRENCY, connectRedis, QUEUE, required, type EventJob } from './jobs.js';

const CLAIM = `
  WITH claimed AS (
    UPDATE runs SET status = 'running', epoch = epoch + 1
    WHERE id = ANY ($1::uuid[]) AND status = 'pending' RETURNING id
  ), told AS (
    INSERT INTO transitions (run_id, "from", "to") SELECT id, 'pending', 'running' FROM claimed
  )
  SELECT claimed.id, events.body FROM claimed JOIN events USING (id)`;

const COMPLETE = `
  WITH done AS (
    UPDATE runs SET status = 'completed', finished_at = now()
    WHERE id = ANY ($1::uuid[]) AND status = 'running' RETURNING id
  ), told AS (
    INSERT INTO transitions (run_id, "from", "to") SELECT id, 'running', 'completed' FROM done
  )
  INSERT INTO entities (key, data, event_id)
  SELECT DISTINCT ON (key) key, data, id
  FROM unnest($1::uuid[], $2::text[], $3::jsonb[]) AS kept (id, key, data) JOIN done USING (id)
  ORDER BY key, id DESC
  ON CONFLICT (key) DO UPDATE SET data = excluded.data, event_id = excluded.event_id
  WHERE entities.event_id < excluded.event_id`;

interface Kept {
  readonly event: string;
  readonly entity: string;
  readonly data: string;
}

const pool = new pg.Pool({ connectionString: required('DATABASE_URL'), max: 4 });

const claim = grouped(async (events: readonly string[]) => {
  const { rows } = await pool.query<{ id: string; body: Buffer }>({
    name: 'claim',
    text: CLAIM,
    values: [events],
  });
  const bodies = new Map(rows.map(({ id, body }) => [id, body]));
  return events.map((event) => bodies.get(event));
}, 1);

// One at a time, or two groups would wait for each other's entities.
const complete = grouped(async (kept: readonly Kept[]) => {
  const values = [
    kept.map(({ event }) => event),
    kept.map(({ entity }) => entity),
    kept.map(({ data }) => data),
  ];
  await pool.query({ name: 'complete', text: COMPLETE, values });
  return kept;
}, 1);

const worker = new Worker<EventJob>(
  QUEUE,
  async ({ data: { event, entity } }) => {
    const body = await claim(event);
    if (body === undefined) return;
    const { type } = JSON.parse(body.toString()) as { type: string };
    await complete({ event, entity, data: JSON.stringify({ type }) });
  },
  { connection: connectRedis(), concurrency: CONCURRENCY },
);
await worker.waitUntilReady();
process.stdout.write('Ready\n');
