import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import type { Event, EventStatus } from '../model/index.js';
import { DATABASE_POOL } from '../platform/database/index.js';
import { REDELIVER } from './redrive.sql.js';

/** A verified event as it is to be recorded, with the runs that its workflows call for. */
export interface NewEvent {
  readonly event: Event;
  readonly body: Buffer;
  readonly bodySha256: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly secretLabel: string;
  /** W3C trace context, under whose trace id all that is done about the event is found. */
  readonly traceparent: string;
  readonly runs: readonly NewRun[];
}

export interface NewRun {
  readonly id: string;
  readonly workflow: string;
  readonly workflowVersion: number;
}

/** A run that a queue job is to be made for. */
export interface QueueableRun {
  readonly id: string;
  readonly provider: string;
  /** Number of the last job that was made for it; the next one has the number above. */
  readonly dispatches: number;
  /** Its epoch when it was found: once it rises, a worker has taken the run. */
  readonly epoch: number;
}

/** The event that a delivery key already stands for. */
export interface RecordedEvent {
  readonly id: string;
  readonly status: EventStatus;
  readonly bodySha256: Buffer;
  /** Pending runs that no job was made for. */
  readonly unqueued: readonly QueueableRun[];
}

/** What makes deliveries one event. */
export interface DeliveryIdentity {
  readonly provider: string;
  readonly account: string;
  readonly deliveryKey: string;
}

/**
 * Event, payload and runs of many deliveries in one statement, hence in one commit.
 * Rows are inserted in the order of their key, so that two statements cannot wait for each other in a ring.
 */
const RECORD = `
  WITH delivered AS (
    SELECT * FROM unnest(
      $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
      $8::timestamptz[], $9::bytea[], $10::text[], $11::bytea[], $12::jsonb[], $13::text[]
    ) AS d (id, provider, account, delivery_key, type, entity, occurred_at,
            received_at, body_sha256, secret_label, body, headers, traceparent)
  ), recorded AS (
    INSERT INTO events (id, provider, account, delivery_key, type, entity, occurred_at,
                        received_at, body_sha256, secret_label, traceparent)
    SELECT id, provider, account, delivery_key, type, entity, occurred_at,
           received_at, body_sha256, secret_label, traceparent
    FROM delivered ORDER BY provider, account, delivery_key
    ON CONFLICT (provider, account, delivery_key) DO NOTHING
    RETURNING id, provider, received_at
  ), saved AS (
    INSERT INTO payloads (event_id, received_at, body, headers)
    SELECT id, received_at, body, headers FROM delivered JOIN recorded USING (id, received_at)
  ), opened AS (
    INSERT INTO runs (id, event_id, provider, workflow, workflow_version, created_at)
    SELECT run.id, recorded.id, recorded.provider, run.workflow, run.version, now()
    FROM unnest($14::uuid[], $15::uuid[], $16::text[], $17::int[]) AS run (id, event_id, workflow, version)
    JOIN recorded ON recorded.id = run.event_id
  )
  SELECT id FROM recorded`;

const FIND = `
  SELECT key.ordinality, event.id, event.body_sha256, event_status(array_agg(run.status) FILTER (WHERE run.superseded_by IS NULL)) AS status,
         coalesce(jsonb_agg(jsonb_build_object('id', run.id, 'provider', run.provider,
                                               'dispatches', run.dispatches, 'epoch', run.epoch))
           FILTER (WHERE run.status = 'pending' AND run.queued_at IS NULL), '[]') AS unqueued
  FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY
         AS key (provider, account, delivery_key, ordinality)
  JOIN events event USING (provider, account, delivery_key)
  JOIN runs run ON run.event_id = event.id
  GROUP BY key.ordinality, event.id`;

/** Writes events. Reading them for people is the {@link EventReader}'s part. */
@Injectable()
export class EventStore {
  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  /**
   * Records what is not recorded yet.
   *
   * @returns ids of the events that are new; the others' delivery keys were known before, or came
   *   twice in this call
   */
  async record(batch: readonly NewEvent[]): Promise<ReadonlySet<string>> {
    const runs = batch.flatMap(({ event, runs }) => runs.map((run) => ({ ...run, eventId: event.id })));
    const { rows } = await this.pool.query<{ id: string }>({
      name: 'record-events',
      text: RECORD,
      values: [
        batch.map(({ event }) => event.id),
        batch.map(({ event }) => event.provider),
        batch.map(({ event }) => event.account),
        batch.map(({ event }) => event.deliveryKey),
        batch.map(({ event }) => event.type),
        batch.map(({ event }) => event.entity),
        batch.map(({ event }) => event.occurredAt),
        batch.map(({ event }) => event.receivedAt),
        batch.map(({ bodySha256 }) => bodySha256),
        batch.map(({ secretLabel }) => secretLabel),
        batch.map(({ body }) => body),
        batch.map(({ headers }) => JSON.stringify(headers)),
        batch.map(({ traceparent }) => traceparent),
        runs.map(({ id }) => id),
        runs.map(({ eventId }) => eventId),
        runs.map(({ workflow }) => workflow),
        runs.map(({ workflowVersion }) => workflowVersion),
      ],
    });
    return new Set(rows.map(({ id }) => id));
  }

  /** The recorded events of these identities, in their order; undefined where there is none. */
  async find(identities: readonly DeliveryIdentity[]): Promise<readonly (RecordedEvent | undefined)[]> {
    const { rows } = await this.pool.query<{
      ordinality: string;
      id: string;
      status: EventStatus;
      body_sha256: Buffer;
      unqueued: QueueableRun[];
    }>({
      name: 'find-events',
      text: FIND,
      values: [
        identities.map(({ provider }) => provider),
        identities.map(({ account }) => account),
        identities.map(({ deliveryKey }) => deliveryKey),
      ],
    });
    const found = new Map(
      rows.map(({ ordinality, body_sha256: bodySha256, id, status, unqueued }) => [
        Number(ordinality),
        { id, status, bodySha256, unqueued },
      ]),
    );
    return identities.map((_, index) => found.get(index + 1));
  }

  /** Opens the events' dead letters again, each once however many ask at the same time. */
  async redriveDeadLetters(eventIds: readonly string[]): Promise<void> {
    await this.pool.query(REDELIVER, [null, 'redelivered', null, null, eventIds]);
  }
}
