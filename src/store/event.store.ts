import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Event, EventStatus, ReplayKey } from '../model/index.js';
import { DATABASE_POOL } from '../platform/database/index.js';
import { countRedrives } from '../platform/metrics/index.js';
import { COUNT_REFUSALS, FIND, RECORD } from './event.sql.js';
import { showRedrives, type JudgedRow } from './redrive-spans.js';
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
  /** Of the request that brought it; null if none did. */
  readonly correlationId: string | null;
  readonly runs: readonly NewRun[];
  readonly replayKey?: ReplayKey | undefined;
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
  /** W3C trace context under which it is executed. */
  readonly traceparent: string | null;
}

/** What became of a delivery; nothing is said of one whose delivery key was known. */
export type RecordVerdict =
  /** `suspectedReplayOf`: the event whose replay key it came with under another claim, or null. */
  | { outcome: 'recorded'; suspectedReplayOf: string | null }
  /** Its replay key was used with another claim, for this event, and must not be again. */
  | { outcome: 'refused'; replayOf: string };

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

/** Writes events. Reading them for people is the {@link EventReader}'s part. */
@Injectable()
export class EventStore {
  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  /**
   * Records what is not recorded yet, unless its replay key forbids it.
   *
   * @returns verdicts by the ids of the events; none for those whose delivery keys were known before, or came twice in
   *   this call
   */
  async record(batch: readonly NewEvent[]): Promise<ReadonlyMap<string, RecordVerdict>> {
    try {
      return await this.recordOnce(batch);
    } catch (error) {
      // Another statement has just recorded the event of a replay key; now it is seen.
      if (isForUnknownEvent(error)) return this.recordOnce(batch);
      throw error;
    }
  }

  private async recordOnce(batch: readonly NewEvent[]): Promise<ReadonlyMap<string, RecordVerdict>> {
    const runs = batch.flatMap(({ event, runs }) => runs.map((run) => ({ ...run, eventId: event.id })));
    const { rows } = await this.pool.query<RecordRow>({
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
        batch.map(({ correlationId }) => correlationId),
        batch.map(({ replayKey }) => replayKey && hashOf(replayKey)),
        batch.map(({ replayKey }) => replayKey?.claim),
        batch.map(({ replayKey }) => replayKey && replayKey.otherwise === 'refused'),
        runs.map(({ id }) => id),
        runs.map(({ eventId }) => eventId),
        runs.map(({ workflow }) => workflow),
        runs.map(({ workflowVersion }) => workflowVersion),
      ],
    });
    return new Map(rows.map((row) => [row.id, toVerdict(row)]));
  }

  /** Counts deliveries that were refused as replays. The audit has the first of each key in an hour. */
  async countRefusals(refused: readonly NewEvent[]): Promise<void> {
    const keyed = refused.flatMap((delivery) =>
      delivery.replayKey === undefined ? [] : [{ ...delivery, replayKey: delivery.replayKey }],
    );
    await this.pool.query(COUNT_REFUSALS, [
      keyed.map(({ event }) => event.provider),
      keyed.map(({ replayKey }) => hashOf(replayKey)),
      keyed.map(({ event, bodySha256, secretLabel, replayKey }) => ({
        replayKey: replayKey.key,
        deliveryKey: event.deliveryKey,
        bodySha256: bodySha256.toString('hex'),
        secretLabel,
      })),
    ]);
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
    const values = [null, 'redelivered', null, null, eventIds];
    const { rows } = await this.pool.query<JudgedRow>(REDELIVER, values);
    countRedrives('redelivery', rows);
    showRedrives(rows, null);
  }
}

interface RecordRow {
  id: string;
  recorded: boolean;
  replayOf: string;
}

function toVerdict({ recorded, replayOf }: RecordRow): RecordVerdict {
  return recorded ? { outcome: 'recorded', suspectedReplayOf: replayOf } : { outcome: 'refused', replayOf };
}

function hashOf({ key }: ReplayKey): Buffer {
  return createHash('sha256').update(key).digest();
}

function isForUnknownEvent(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.constraint === 'replay_keys_event_id_fkey';
}
