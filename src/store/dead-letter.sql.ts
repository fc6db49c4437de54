import { DEAD_LETTER_STATUSES, type Failure, type RunStatus } from '../model/index.js';

/** Dead letters, in words that the partial indexes have, too. `run` is the table's name in the statement. */
export const IS_DEAD_LETTER = `
  run.status IN (${DEAD_LETTER_STATUSES.map((status) => `'${status}'`).join(', ')}) AND run.superseded_by IS NULL`;

/** Which dead letters are meant; all that is given must hold. */
export interface DeadLetterFilter {
  readonly provider?: string;
  /** Matches itself and what stands behind a dot: `pull_request` finds `pull_request.opened`. */
  readonly type?: string;
  readonly workflow?: string;
  /** Code of the last failure. */
  readonly code?: string;
  readonly status?: (typeof DEAD_LETTER_STATUSES)[number];
  readonly receivedFrom?: Date;
  readonly receivedBefore?: Date;
  readonly failedFrom?: Date;
  readonly failedBefore?: Date;
}

/**
 * @param filter SQL of a {@link DeadLetterFilter} as jsonb
 * @returns a condition on `run` and its `event`
 */
export function meets(filter: string): string {
  const unless = (name: keyof DeadLetterFilter, condition: (value: string) => string): string =>
    `(${filter} ->> '${name}' IS NULL OR ${condition(`(${filter} ->> '${name}')`)})`;
  return [
    unless('provider', (value) => `run.provider = ${value}`),
    unless('type', (value) => `event.type = ${value} OR starts_with(event.type, ${value} || '.')`),
    unless('workflow', (value) => `run.workflow = ${value}`),
    unless('code', (value) => `run.last_error ->> 'code' = ${value}`),
    unless('status', (value) => `run.status = ${value}::run_status`),
    unless('receivedFrom', (value) => `event.received_at >= ${value}::timestamptz`),
    unless('receivedBefore', (value) => `event.received_at < ${value}::timestamptz`),
    unless('failedFrom', (value) => `run.finished_at >= ${value}::timestamptz`),
    unless('failedBefore', (value) => `run.finished_at < ${value}::timestamptz`),
  ].join('\n  AND ');
}

/**
 * As {@link meets}, for a redrive: what was undone on purpose is done anew only where it is named by its status.
 */
export function isMeant(filter: string): string {
  return `${meets(filter)}
  AND (${filter} ->> 'status' IS NOT NULL OR run.status <> 'compensated')`;
}

/** Of a run `run`: the steps that may have happened and were not undone. */
export const OPEN_INTENTS = `
  SELECT * FROM steps step
  WHERE step.run_id = run.id AND step.status = 'started' AND step.name NOT LIKE '%:%'
    AND NOT EXISTS (SELECT FROM steps undone WHERE undone.run_id = run.id AND undone.status = 'done'
                                               AND undone.name = step.name || ':compensation')`;

/**
 * True if an effect of the run may have happened and a redrive might repeat it: the run failed as
 * `outcome_unknown`, or it was undone and is to be done anew under new keys while an intent stands open in the ledger.
 */
export const IS_UNKNOWN = `
  (CASE run.status WHEN 'compensated' THEN EXISTS (${OPEN_INTENTS})
                   ELSE run.last_error ->> 'code' IS NOT DISTINCT FROM 'outcome_unknown' END)`;

export const HAS_PAYLOAD = `
  EXISTS (SELECT FROM payloads payload WHERE payload.event_id = event.id AND payload.received_at = event.received_at)`;

/** $1 filter, $2 and $3 time of failure and run of the last one of the page before, or null, $4 limit. */
export const LIST_DEAD_LETTERS = `
  SELECT run.id, run.event_id, run.provider, event.type, run.workflow, run.number, run.status, run.attempts,
         run.compensation_attempts, event.received_at, run.finished_at, run.last_error,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('attempt', attempt, 'at', at, 'failure', detail) ORDER BY id), '[]')
          FROM transitions WHERE run_id = run.id AND reason = 'failed') AS failures
  FROM runs run JOIN events event ON event.id = run.event_id
  WHERE ${IS_DEAD_LETTER}
    AND ($2::timestamptz IS NULL OR (run.finished_at, run.id) < ($2, $3::uuid))
    AND ${meets('$1::jsonb')}
  ORDER BY run.finished_at DESC, run.id DESC LIMIT $4`;

export interface DeadLetterRow {
  id: string;
  event_id: string;
  provider: string;
  type: string;
  workflow: string;
  number: number;
  status: RunStatus;
  attempts: number;
  compensation_attempts: number;
  received_at: Date;
  finished_at: Date;
  last_error: Failure | null;
  failures: { attempt: number; at: string; failure: Failure | null }[];
}

/** $1 filter, $2 what a person has decided about unknown outcomes. The verdicts are those of a redrive. */
export const PREVIEW = `
  WITH chosen AS MATERIALIZED (
    SELECT run.id, run.workflow, run.status, coalesce(run.last_error ->> 'code', 'none') AS code,
           payload.event_id IS NULL AS payload_dropped,
           $2::text IS NULL AND ${IS_UNKNOWN} AS needs_decision
    FROM runs run JOIN events event ON event.id = run.event_id
    LEFT JOIN payloads payload ON payload.event_id = event.id AND payload.received_at = event.received_at
    WHERE ${IS_DEAD_LETTER} AND ${isMeant('$1::jsonb')}
  ), redrivable AS (
    SELECT * FROM chosen WHERE NOT payload_dropped AND NOT needs_decision
  )
  SELECT (SELECT count(*)::int FROM redrivable) AS runs,
         (SELECT count(*)::int FROM chosen WHERE payload_dropped) AS "payloadDropped",
         (SELECT count(*)::int FROM chosen WHERE needs_decision AND NOT payload_dropped) AS "needsDecision",
         (SELECT count(*)::int FROM redrivable WHERE status = 'compensated') AS "newRuns",
         (SELECT coalesce(jsonb_object_agg(workflow, runs), '{}')
          FROM (SELECT workflow, count(*) AS runs FROM redrivable GROUP BY workflow) counted) AS "byWorkflow",
         (SELECT coalesce(jsonb_object_agg(code, runs), '{}')
          FROM (SELECT code, count(*) AS runs FROM redrivable GROUP BY code) counted) AS "byCode",
         (SELECT coalesce(jsonb_agg(jsonb_build_object('workflow', workflow, 'step', step, 'runs', runs)
                                    ORDER BY workflow, step), '[]')
          FROM (SELECT workflow, step.name AS step, count(*) AS runs
                FROM redrivable JOIN steps step ON step.run_id = redrivable.id
                WHERE redrivable.status <> 'compensated' AND step.status = 'done'
                GROUP BY workflow, step.name) counted) AS "stepsDone"`;
