import type { EventStatus } from '../model/index.js';

/** Which events are looked for; all that is given must hold. */
export interface EventFilter {
  readonly provider?: string;
  /** Matches itself and what stands behind a dot: `pull_request` finds `pull_request.opened`. */
  readonly type?: string;
  readonly status?: EventStatus;
  readonly account?: string;
  readonly deliveryKey?: string;
  readonly entity?: string;
  readonly receivedFrom?: Date;
  readonly receivedBefore?: Date;
}

/** A statement with its values. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

const FACTS = `
  event.id, event.provider, event.account, event.delivery_key AS "deliveryKey", event.type, event.entity,
  event.occurred_at AS "occurredAt", event.received_at AS "receivedAt", event.correlation_id AS "correlationId",
  event.suspected_replay_of AS "suspectedReplayOf"`;

const RUN = `
  'id', run.id, 'workflow', run.workflow, 'number', run.number, 'status', run.status, 'attempts', run.attempts,
  'nextAttemptAt', run.next_attempt_at, 'lastError', run.last_error, 'supersededBy', run.superseded_by`;

const STEPS = `
  SELECT coalesce(json_agg(json_build_object(
    'name', name, 'action', action, 'status', status, 'output', output, 'idempotencyKey', idempotency_key,
    'startedAt', started_at, 'finishedAt', finished_at
  ) ORDER BY started_at), '[]')
  FROM steps WHERE run_id = run.id`;

const TRANSITIONS = `
  SELECT coalesce(json_agg(json_build_object(
    'from', "from", 'to', "to", 'at', at, 'attempt', attempt, 'reason', reason, 'actor', actor, 'traceId', trace_id,
    'detail', detail
  ) ORDER BY id), '[]')
  FROM transitions WHERE run_id = run.id`;

/** The runs of an event as JSON, with what else is to be known of each. */
const runs = (more = ''): string => `(
  SELECT coalesce(json_agg(json_build_object(${RUN}${more}) ORDER BY run.workflow, run.number), '[]')
  FROM runs run WHERE run.event_id = event.id) AS runs`;

/** $1 event. All in one statement: what a person waits for is the way to the database and back. */
export const FIND_LIFE = `
  SELECT ${FACTS}, payload.body, payload.headers, ${runs(`,
  'workflowVersion', run.workflow_version, 'crashes', run.crashes, 'compensationAttempts', run.compensation_attempts,
  'waitingOn', run.waiting_on, 'steps', (${STEPS}), 'transitions', (${TRANSITIONS})`)}
  FROM events event
  LEFT JOIN payloads payload ON payload.event_id = event.id AND payload.received_at = event.received_at
  WHERE event.id = $1`;

/** The rule of `eventStatus`; of the runs those count that no redrive has put another in the place of. */
const STATUS = `event_status(ARRAY(
  SELECT run.status FROM runs run WHERE run.event_id = event.id AND run.superseded_by IS NULL))`;

/** That it is `completed`: a whole backlog may be looked at for that, and calling the function takes five times as long. */
const IS_COMPLETED = `NOT EXISTS (
  SELECT FROM runs run WHERE run.event_id = event.id AND run.superseded_by IS NULL AND run.status <> 'completed')`;

/** Of a pending run: a backlog is full of events of which nothing is done. */
const HAS_COMPLETED_NEIGHBOUR = `EXISTS (
  SELECT FROM runs other
  WHERE other.event_id = runs.event_id AND other.superseded_by IS NULL AND other.status = 'completed')`;

/**
 * What a run is like that an event of this status must have, in words of a partial index: such events may be a few among
 * millions. Completed are most of them, and those are found by looking at one event after the other.
 */
const TELLING_RUNS: Readonly<Record<Exclude<EventStatus, 'completed'>, readonly string[]>> = {
  received: [`status = 'pending'`],
  processing: [
    `status = 'pending' AND ${HAS_COMPLETED_NEIGHBOUR}`,
    `status = 'running' AND lease_until IS NOT NULL`,
  ],
  retrying: [`status = 'retrying'`],
  compensating: [`status = 'compensating'`],
  dead_lettered: [`status = 'dead_lettered'`],
  compensated: [`status = 'compensated'`],
  compensation_failed: [`status = 'compensation_failed'`],
};

/** Makes a value the statement's next parameter, and gives its name. */
type Parameter = (value: unknown) => string;

/**
 * The newest events first.
 *
 * @param before id of the event after which the page starts
 */
export function listEvents(filter: EventFilter, limit: number, before?: string): Statement {
  const values: unknown[] = [];
  const parameter: Parameter = (value) => `$${values.push(value)}`;
  const conditions = conditionsOf(filter, before, parameter);
  const source = sourceOf(filter, before, parameter);
  const text = `
    SELECT ${FACTS}, ${runs()}
    FROM ${source.from}
    WHERE ${['TRUE', ...conditions].join(' AND ')}
    ORDER BY ${source.key} DESC LIMIT ${parameter(limit)}`;
  return { text, values };
}

function conditionsOf(filter: EventFilter, before: string | undefined, parameter: Parameter): string[] {
  const { provider, type, status, account, deliveryKey, entity, receivedFrom, receivedBefore } = filter;
  return [
    provider !== undefined && `event.provider = ${parameter(provider)}`,
    type !== undefined &&
      `(event.type = ${parameter(type)} OR starts_with(event.type, ${parameter(`${type}.`)}))`,
    account !== undefined && `event.account = ${parameter(account)}`,
    deliveryKey !== undefined && `event.delivery_key = ${parameter(deliveryKey)}`,
    entity !== undefined && `event.entity = ${parameter(entity)}`,
    receivedFrom !== undefined && `event.received_at >= ${parameter(receivedFrom)}`,
    receivedBefore !== undefined && `event.received_at < ${parameter(receivedBefore)}`,
    before !== undefined && `event.id < ${parameter(before)}`,
    status !== undefined && (status === 'completed' ? IS_COMPLETED : `${STATUS} = ${parameter(status)}`),
  ].filter((condition) => condition !== false);
}

/** Where events are taken from, one after the other, and the key by which that goes down. */
interface Source {
  readonly from: string;
  readonly key: string;
}

/** All events, or those of the runs that tell of the status. */
function sourceOf(
  { status, provider }: EventFilter,
  before: string | undefined,
  parameter: Parameter,
): Source {
  if (status === undefined || status === 'completed') return { from: 'events event', key: 'event.id' };
  const also = [
    'superseded_by IS NULL',
    ...(provider === undefined ? [] : [`provider = ${parameter(provider)}`]),
    ...(before === undefined ? [] : [`event_id < ${parameter(before)}`]),
  ];
  const telling = TELLING_RUNS[status].map(
    (condition) => `SELECT event_id FROM runs WHERE ${[condition, ...also].join(' AND ')}`,
  );
  const from = `
    (SELECT DISTINCT event_id FROM (${telling.join(' UNION ALL ')}) told ORDER BY event_id DESC) candidate
    CROSS JOIN LATERAL (SELECT * FROM events WHERE id = candidate.event_id OFFSET 0) event`;
  return { from, key: 'candidate.event_id' };
}
