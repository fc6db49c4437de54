import { traceparentOf } from './run.sql.js';

/**
 * Events, payloads, runs and replay keys of many deliveries in one statement, hence in one commit.
 *
 * A replay key belongs to whoever used it first, in an earlier statement or earlier in this one. The snapshot of a
 * statement doesn't show what another one has just committed; an update that changes nothing does, after waiting for
 * its commit. Only a key that the snapshot doesn't show is inserted at all, so the update is rare.
 *
 * Keys are inserted before events, each in the order of their key, so that two statements cannot wait for each other
 * in a ring. A delivery whose event is known uses its key, too: a provider may sign the same event twice.
 *
 * A row is looked up as the first at or after its key, in the order of the unique index. Asked for by equality alone,
 * it was found through another index or by a scan, in a plan made while the table was young and kept while it grew.
 */
export const RECORD = `
  WITH delivered AS (
    SELECT * FROM unnest(
      $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
      $8::timestamptz[], $9::bytea[], $10::text[], $11::bytea[], $12::jsonb[], $13::text[],
      $14::text[], $15::bytea[], $16::text[], $17::boolean[]
    ) WITH ORDINALITY AS d (id, provider, account, delivery_key, type, entity, occurred_at,
            received_at, body_sha256, secret_label, body, headers, traceparent,
            correlation_id, replay_key, replay_claim, refuses_replay, place)
  ), known AS MATERIALIZED (
    SELECT place, used.claim, used.event_id
    FROM delivered CROSS JOIN LATERAL (
      SELECT key, claim, event_id FROM replay_keys
      WHERE replay_keys.provider = delivered.provider AND key >= replay_key
      ORDER BY key LIMIT 1
    ) used
    WHERE key = replay_key
  ), fresh AS (
    SELECT DISTINCT ON (provider, replay_key) id, provider, account, delivery_key, received_at, replay_key, replay_claim
    FROM delivered WHERE replay_key IS NOT NULL AND place NOT IN (SELECT place FROM known)
    ORDER BY provider, replay_key, place
  ), claimed AS (
    INSERT INTO replay_keys (provider, key, claim, event_id, received_at)
    SELECT fresh.provider, replay_key, replay_claim, coalesce(original.id, fresh.id), received_at
    FROM fresh LEFT JOIN LATERAL (
      SELECT id, delivery_key FROM events
      WHERE events.provider = fresh.provider AND events.account = fresh.account
        AND delivery_key >= fresh.delivery_key
      ORDER BY delivery_key LIMIT 1
    ) original ON original.delivery_key = fresh.delivery_key
    ORDER BY fresh.provider, replay_key
    ON CONFLICT (provider, key) DO UPDATE SET claim = replay_keys.claim
    RETURNING provider, key, claim, event_id
  ), first_use AS (
    SELECT place, claim, event_id FROM known
    UNION ALL
    SELECT place, claim, event_id FROM delivered
    JOIN claimed ON claimed.provider = delivered.provider AND claimed.key = replay_key
    WHERE place NOT IN (SELECT place FROM known)
  ), replayed AS (
    SELECT place, id, event_id AS replay_of, refuses_replay AS refused
    FROM delivered JOIN first_use USING (place) WHERE claim <> replay_claim
  ), recorded AS (
    INSERT INTO events (id, provider, account, delivery_key, type, entity, occurred_at,
                        received_at, body_sha256, secret_label, traceparent, correlation_id, suspected_replay_of)
    SELECT delivered.id, provider, account, delivery_key, type, entity, occurred_at,
           received_at, body_sha256, secret_label, traceparent, correlation_id, replay_of
    FROM delivered LEFT JOIN replayed USING (place) WHERE refused IS NOT TRUE
    ORDER BY provider, account, delivery_key, place
    ON CONFLICT (provider, account, delivery_key) DO NOTHING
    RETURNING id, provider, received_at, suspected_replay_of
  ), saved AS (
    INSERT INTO payloads (event_id, received_at, body, headers)
    SELECT id, received_at, body, headers FROM delivered JOIN recorded USING (id, received_at)
  ), opened AS (
    INSERT INTO runs (id, event_id, provider, workflow, workflow_version, created_at)
    SELECT run.id, recorded.id, recorded.provider, run.workflow, run.version, now()
    FROM unnest($18::uuid[], $19::uuid[], $20::text[], $21::int[]) AS run (id, event_id, workflow, version)
    JOIN recorded ON recorded.id = run.event_id
  )
  SELECT id, true AS recorded, suspected_replay_of AS "replayOf" FROM recorded
  UNION ALL
  SELECT id, false, replay_of FROM replayed WHERE refused`;

export const FIND = `
  SELECT key.ordinality, event.id, event.body_sha256, event_status(array_agg(run.status) FILTER (WHERE run.superseded_by IS NULL)) AS status,
         coalesce(jsonb_agg(jsonb_build_object('id', run.id, 'provider', run.provider,
                                               'dispatches', run.dispatches, 'epoch', run.epoch,
                                               'traceparent', ${traceparentOf('run')}))
           FILTER (WHERE run.status = 'pending' AND run.queued_at IS NULL), '[]') AS unqueued
  FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY
         AS key (provider, account, delivery_key, ordinality)
  JOIN events event USING (provider, account, delivery_key)
  JOIN runs run ON run.event_id = event.id
  GROUP BY key.ordinality, event.id`;

/**
 * $1 providers, $2 hashes of replay keys, $3 details, one for each refused delivery. Counts them, and writes into the
 * audit what is the first within an hour for its key: whoever can forge one delivery can forge a million.
 */
export const COUNT_REFUSALS = `
  WITH refused AS (
    SELECT provider, key, count(*) AS number, (array_agg(detail))[1] AS detail
    FROM unnest($1::text[], $2::bytea[], $3::jsonb[]) AS refused (provider, key, detail)
    GROUP BY provider, key
  ), used AS (
    SELECT used.provider, used.key, event_id, detail, refusals + number AS refusals,
           audited_at IS NULL OR audited_at <= now() - interval '1 hour' AS due
    FROM replay_keys used JOIN refused USING (provider, key)
    ORDER BY used.provider, used.key FOR UPDATE OF used
  ), counted AS (
    UPDATE replay_keys SET refusals = used.refusals, audited_at = CASE WHEN due THEN now() ELSE audited_at END
    FROM used WHERE replay_keys.provider = used.provider AND replay_keys.key = used.key
  )
  INSERT INTO audit (actor, action, subject, detail)
  SELECT 'provider:' || provider, 'replay_refused', event_id, detail || jsonb_build_object('refusals', refusals)
  FROM used WHERE due`;
