import type pg from 'pg';
import { bodyTemplate, type BodySize } from '../load/bodies.js';

/** Events of one statement: more would only take more memory. */
const AT_ONCE = 50_000;

/** Months over which the events are spread, up to now. */
const MONTHS = 12;

/** Partitions of the months before this one, as the service makes those that are to come. */
const PARTITIONS = `
  DO $$
  DECLARE
    first_day DATE := date_trunc('month', now() AT TIME ZONE 'UTC');
    partition TEXT;
  BEGIN
    FOR month IN 1..${MONTHS + 1} LOOP
      partition := 'payloads_' || to_char(first_day - make_interval(months => month), 'YYYY_MM');
      EXECUTE format('CREATE TABLE %I PARTITION OF payloads FOR VALUES FROM (%L) TO (%L)', partition,
        to_char(first_day - make_interval(months => month), 'YYYY-MM-DD') || ' 00:00:00+00',
        to_char(first_day - make_interval(months => month - 1), 'YYYY-MM-DD') || ' 00:00:00+00');
    END LOOP;
  END
  $$`;

/** A UUID of version 7 with this time in it (RFC 9562, section 5.7). */
const UUID_V7_AT = `
  CREATE FUNCTION pg_temp.uuid_v7_at(at TIMESTAMPTZ) RETURNS UUID LANGUAGE sql VOLATILE AS $$
    SELECT encode(set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
              PLACING substring(int8send((extract(epoch FROM at) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
      52, 1), 53, 1), 'hex')::uuid
  $$`;

/**
 * $1, $2 first and last number, $3 how many there will be, $4 to $6 bodies of 1, 8 and 64 KB.
 *
 * Of a hundred events 94 have 1 KB, 5 have 8 and one has 64; 97 are completed, 2 after another attempt, and one is a
 * dead letter. Of each of these six of ten are Stripe's, three GitHub's, one PayPal's.
 */
const SEED = `
  WITH chosen AS MATERIALIZED (
    SELECT number, (number * 7919) % 100 AS lot, (number * 7919) % 1000 / 100 AS place,
           now() - interval '${MONTHS} months' * (1 - number::float8 / $3) AS at
    FROM generate_series($1::bigint, $2::bigint) AS number
  ), source AS MATERIALIZED (
    SELECT *, pg_temp.uuid_v7_at(at) AS event_id, pg_temp.uuid_v7_at(at) AS run_id,
           CASE WHEN place < 6 THEN 'stripe' WHEN place < 9 THEN 'github' ELSE 'paypal' END AS provider,
           CASE place WHEN 0 THEN 'charge.refunded' WHEN 1 THEN 'payment_intent.succeeded' WHEN 6 THEN 'push'
                      WHEN 7 THEN 'pull_request.opened' WHEN 8 THEN 'issues.opened'
                      WHEN 9 THEN 'PAYMENT.CAPTURE.COMPLETED' ELSE 'customer.updated' END AS type,
           'thing-' || number % 200000 AS entity
    FROM chosen
  ), event AS (
    INSERT INTO events (id, provider, delivery_key, type, entity, occurred_at, received_at, body_sha256, secret_label, traceparent)
    SELECT event_id, provider, 'evt_stored' || number, type, entity, at, at, sha256(int8send(number)), '1',
           '00-' || md5(number::text) || '-' || substr(md5(number::text), 1, 16) || '-00'
    FROM source
  ), payload AS (
    INSERT INTO payloads (event_id, received_at, body, headers)
    SELECT event_id, at, convert_to(replace(CASE WHEN lot < 94 THEN $4 WHEN lot < 99 THEN $5 ELSE $6 END,
             'evt_0123456789abcdef', 'evt_stored' || number), 'UTF8'),
           '{"content-type": "application/json", "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)"}'
    FROM source
  ), run AS (
    INSERT INTO runs (id, event_id, provider, workflow, workflow_version, status, attempts, epoch, dispatches, queued_at,
                      created_at, finished_at, last_error)
    SELECT run_id, event_id, provider, 'keep-customer', 1,
           (CASE lot WHEN 50 THEN 'dead_lettered' ELSE 'completed' END)::run_status,
           CASE lot WHEN 50 THEN 3 WHEN 51 THEN 2 WHEN 52 THEN 2 ELSE 1 END, 1, 1, at, at, at + interval '40 ms',
           CASE lot WHEN 50 THEN '{"code": "target_unavailable", "message": "No answer", "step": "keep", "retryable": true}'::jsonb END
    FROM source
  ), transition AS (
    INSERT INTO transitions (run_id, "from", "to", at, attempt, reason, actor, trace_id)
    SELECT run_id, "from"::run_status, "to"::run_status, at + delay, attempt, reason, 'worker:stored', md5(number::text)
    FROM source CROSS JOIN LATERAL (
      VALUES ('pending', 'running', interval '10 ms', 1, 'claimed', TRUE),
             ('running', 'retrying', interval '15 ms', 1, 'failed', lot BETWEEN 50 AND 52),
             ('retrying', 'running', interval '2 s', 2, 'claimed', lot BETWEEN 50 AND 52),
             ('running', CASE lot WHEN 50 THEN 'dead_lettered' ELSE 'completed' END, interval '40 ms',
              CASE WHEN lot BETWEEN 50 AND 52 THEN 2 ELSE 1 END, 'finished', TRUE)
    ) AS change ("from", "to", delay, attempt, reason, applies)
    WHERE applies
  ), step AS (
    INSERT INTO steps (run_id, name, action, status, input_hash, output, idempotency_key, started_at, finished_at)
    SELECT run_id, 'keep', 'persist', (CASE lot WHEN 50 THEN 'failed' ELSE 'done' END)::step_status,
           sha256(int8send(number)), '{"entity": "kept"}', md5(number::text), at + interval '12 ms', at + interval '38 ms'
    FROM source
  )
  INSERT INTO entities (provider, kind, key, data, occurred_at, rank, event_id)
  SELECT DISTINCT ON (provider, entity) provider, 'thing', entity, '{"name": "Jenny Rosen", "balance": 0}', at, 0, event_id
  FROM source ON CONFLICT DO NOTHING`;

/**
 * Stores events with all that a service would have written about them, in tables that a service has made.
 *
 * @param tell is told how many are there
 */
export async function seedEvents(
  pool: pg.Pool,
  count: number,
  tell: (stored: number) => void,
): Promise<void> {
  const client = await pool.connect();
  // Whoever interrupts us ends the server, and the statement fails by that.
  client.on('error', () => undefined);
  try {
    // What is stored here is known to be right, and need not survive: it would take hours otherwise.
    await client.query('SET session_replication_role = replica');
    await client.query('SET synchronous_commit = off');
    await client.query(PARTITIONS);
    await client.query(UUID_V7_AT);
    const bodies = (['1 KB', '8 KB', '64 KB'] as const satisfies readonly BodySize[]).map(
      (size) => bodyTemplate(size).text,
    );
    for (let first = 1; first <= count; first += AT_ONCE) {
      const last = Math.min(count, first + AT_ONCE - 1);
      await client.query(SEED, [first, last, count, ...bodies]);
      tell(last);
    }
    await client.query('VACUUM ANALYZE');
    await client.query('CHECKPOINT');
  } finally {
    // It has settings that nobody else is to inherit.
    client.release(true);
  }
}
