/**
 * $1 names, $2 successes, $3 failures, $4 milliseconds of the window.
 *
 * Many processes add to one row, so all lock the rows in the order of their names. A circuit is told of while it is
 * not closed or has failures in its window; without a tally this writes nothing.
 */
export const EXCHANGE = `
  WITH counted AS (
    INSERT INTO circuits AS circuit (name, successes, failures)
    SELECT name, successes, failures
    FROM unnest($1::text[], $2::int[], $3::int[]) AS tally (name, successes, failures) ORDER BY name
    ON CONFLICT (name) DO UPDATE SET
      successes = excluded.successes + CASE WHEN circuit.window_started_at > now() - $4 * interval '1 millisecond'
                                            THEN circuit.successes ELSE 0 END,
      failures = excluded.failures + CASE WHEN circuit.window_started_at > now() - $4 * interval '1 millisecond'
                                          THEN circuit.failures ELSE 0 END,
      window_started_at = CASE WHEN circuit.window_started_at > now() - $4 * interval '1 millisecond'
                               THEN circuit.window_started_at ELSE now() END
    RETURNING circuit.*
  ), known AS (
    SELECT * FROM counted
    UNION ALL
    SELECT * FROM circuits WHERE name <> ALL ($1)
  )
  SELECT name, state, manual, successes, failures,
         (extract(epoch FROM retry_at - now()) * 1000)::float8 AS "retryInMs"
  FROM known
  WHERE state <> 'closed' OR (failures > 0 AND window_started_at > now() - $4 * interval '1 millisecond')`;

/** What a circuit must be to be changed. $4 is the actor. */
const GUARDS = {
  any: 'TRUE',
  closed: `state = 'closed'`,
  'not closed': `state <> 'closed'`,
  /** The cool-down, or the time for a probe that told nothing, is over. */
  due: `state <> 'closed' AND NOT manual AND retry_at <= now()`,
  /** By this actor. */
  probed: `state = 'half_open' AND prober = $4`,
} as const;

export type Guard = keyof typeof GUARDS;

/**
 * $1 name, $2 state, $3 reason, $4 actor, $5 milliseconds until a probe may be claimed, $6 whether by hand.
 *
 * The locked row is looked at once more, so that of all who claim a probe one gets it. Why it is open stays to be
 * read while it is probed.
 */
const changeIf = (guard: string): string => `
  WITH before AS (
    SELECT name, state FROM circuits WHERE name = $1 AND ${guard} FOR UPDATE
  ), changed AS (
    UPDATE circuits SET
      state = $2::circuit_state, manual = $6, retry_at = now() + $5::float8 * interval '1 millisecond',
      prober = CASE $2::circuit_state WHEN 'half_open' THEN $4 END,
      opened_at = CASE WHEN $2::circuit_state = 'closed' THEN NULL ELSE coalesce(opened_at, now()) END,
      successes = CASE $2::circuit_state WHEN 'closed' THEN 0 ELSE successes END,
      failures = CASE $2::circuit_state WHEN 'closed' THEN 0 ELSE failures END,
      reason = CASE $2::circuit_state WHEN 'half_open' THEN reason ELSE $3 END,
      actor = $4, updated_at = now()
    FROM before WHERE circuits.name = before.name
    RETURNING circuits.name, before.state AS was
  )
  INSERT INTO circuit_changes (name, "from", "to", reason, actor)
  SELECT name, was, $2::circuit_state, $3, $4 FROM changed`;

export const CHANGE = Object.fromEntries(
  Object.entries(GUARDS).map(([name, guard]) => [name, changeIf(guard)]),
) as Readonly<Record<Guard, string>>;

/** $1 name, or null for all. */
export const LIST = `
  SELECT name, state, manual, successes, failures, opened_at AS "openedAt", retry_at AS "retryAt", reason, actor,
         updated_at AS "updatedAt",
         (SELECT count(*) FROM runs WHERE waiting_on = circuits.name)::int AS "waitingRuns"
  FROM circuits WHERE $1::text IS NULL OR name = $1
  ORDER BY state = 'closed', name`;

/** $1 circuit. */
export const FIND_WAITING = `
  SELECT id FROM runs WHERE waiting_on = $1 AND lease_until IS NULL ORDER BY id LIMIT 1`;

/** $1 provider. A run that waits for a target would prove nothing about the provider's others. */
export const FIND_DUE_OF_PROVIDER = `
  SELECT id FROM runs
  WHERE provider = $1 AND waiting_on IS NULL AND lease_until IS NULL
    AND status IN ('pending', 'retrying', 'compensating') AND (next_attempt_at IS NULL OR next_attempt_at <= now())
  ORDER BY coalesce(next_attempt_at, created_at) LIMIT 1`;
