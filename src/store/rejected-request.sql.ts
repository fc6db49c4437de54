import type { RejectedRequest, RejectionReason } from '../model/index.js';

/** Which rejected requests are meant; all that is given must hold. */
export interface RejectedRequestFilter {
  readonly provider?: string;
  readonly reason?: string;
  readonly state?: RejectedRequest['state'];
  readonly receivedFrom?: Date;
  readonly receivedBefore?: Date;
}

/** Two processes that hold and trim at the same time could otherwise leave more than may be held. */
export const LOCK = `SELECT pg_advisory_xact_lock(hashtext('rejected_requests'))`;

/**
 * What came before from the same source, with the same body, is counted: its first signature is as good as its next
 * one. A stranger who sends the same body from elsewhere does not take its place.
 */
export const HOLD = `
  INSERT INTO rejected_requests AS held (id, provider, received_at, source, url, reason, faults, headers, body,
                                         body_sha256, body_bytes, times, last_received_at)
  SELECT id, provider, received_at, source, url, reason, faults, headers, body,
         body_sha256, length(body), times, last_received_at
  FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::jsonb[],
              $8::jsonb[], $9::bytea[], $10::bytea[], $11::int[], $12::timestamptz[])
    AS given (id, provider, received_at, source, url, reason, faults, headers, body, body_sha256, times, last_received_at)
  ON CONFLICT (provider, source, body_sha256) WHERE state = 'held'
  DO UPDATE SET times = held.times + excluded.times,
                last_received_at = greatest(held.last_received_at, excluded.last_received_at)`;

const SIGNED: RejectionReason = 'invalid';

/**
 * Drops what is too old, and what is too much: of whoever holds most, the oldest. Providers take turns, so a flood at
 * one leaves the others theirs; within a provider what was really signed comes first, which no stranger can push out,
 * and then its sources take turns.
 *
 * $1 requests that may be held, $2 their bytes, $3 days.
 */
export const TRIM = `
  WITH turned AS (
    SELECT id, provider, body_bytes, reason = '${SIGNED}' AS signed,
           row_number() OVER (PARTITION BY provider, reason = '${SIGNED}', source ORDER BY id DESC) AS turn
    FROM rejected_requests WHERE state = 'held'
  ), placed AS (
    SELECT id, body_bytes, row_number() OVER (PARTITION BY provider ORDER BY signed DESC, turn, id DESC) AS place
    FROM turned
  ), summed AS (
    SELECT id, row_number() OVER in_turns AS requests, sum(body_bytes) OVER in_turns AS bytes
    FROM placed WINDOW in_turns AS (ORDER BY place, id DESC ROWS UNBOUNDED PRECEDING)
  ), dropped AS (
    DELETE FROM rejected_requests
    WHERE received_at < now() - make_interval(days => $3)
       OR id IN (SELECT id FROM summed WHERE requests > $1 OR bytes > $2)
    RETURNING state, received_at
  )
  SELECT count(*)::int AS "pushedOut" FROM dropped
  WHERE state = 'held' AND received_at >= now() - make_interval(days => $3)`;

const COLUMNS = `
  id, provider, received_at AS "receivedAt", source, url, reason, coalesce(faults, '[]') AS faults, headers,
  encode(body_sha256, 'hex') AS "bodySha256", body_bytes AS "bodyBytes", times, last_received_at AS "lastReceivedAt",
  state, event_ids AS "eventIds", settled_at AS "settledAt", settled_by AS "settledBy"`;

/** $1 id. */
export const FIND = `SELECT ${COLUMNS}, body FROM rejected_requests WHERE id = $1`;

/** $1 provider, $2 reason, $3 state, $4 and $5 times of receipt; each may be null. */
const MEETS = `
  ($1::text IS NULL OR provider = $1) AND ($2::text IS NULL OR reason = $2)
  AND ($3::rejection_state IS NULL OR state = $3)
  AND ($4::timestamptz IS NULL OR received_at >= $4) AND ($5::timestamptz IS NULL OR received_at < $5)`;

/** The newest first. $6 the last one of the page before, or null, $7 limit. */
export const LIST = `
  SELECT ${COLUMNS} FROM rejected_requests
  WHERE ${MEETS} AND ($6::uuid IS NULL OR id < $6) ORDER BY id DESC LIMIT $7`;

/** The oldest first, as they came. $6 the last one of the page before, or null, $7 limit. */
export const LIST_IN_ORDER = `
  SELECT id FROM rejected_requests
  WHERE ${MEETS} AND ($6::uuid IS NULL OR id > $6) ORDER BY id LIMIT $7`;

/**
 * $1 id, $2 state, $3 events, $4 actor, $5 why, or null. A release prevails over a discard that came in between: its
 * events are there.
 */
export const SETTLE = `
  WITH settled AS (
    UPDATE rejected_requests
    SET state = $2::rejection_state, event_ids = $3::uuid[], settled_at = now(), settled_by = $4, body = NULL
    WHERE id = $1 AND (state = 'held' OR (state = 'discarded' AND $2 = 'released'))
    RETURNING id, provider, body_sha256
  )
  INSERT INTO audit (actor, action, subject, detail)
  SELECT $4, 'request_' || $2, id, jsonb_strip_nulls(jsonb_build_object(
           'provider', provider, 'bodySha256', encode(body_sha256, 'hex'), 'eventIds', $3::uuid[], 'reason', $5::text))
  FROM settled`;
