import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import type { Logger } from 'winston';
import { isDeadLetter, type Envelope, type ReplayKey } from '../model/index.js';
import { GroupCommit } from '../platform/batching/index.js';
import { databaseFault } from '../platform/database/index.js';
import { LOGGER, Outage } from '../platform/logging/index.js';
import { countCommit } from '../platform/metrics/index.js';
import { newId } from '../platform/random/index.js';
import { inSharedSpan, inSpan, newTraceparent, outsideSpans, type Span } from '../platform/tracing/index.js';
import { EventStore, type NewEvent, type RecordedEvent } from '../store/index.js';
import { isConflict, toRecording, type DeliveryRecording, type Recording } from './recording.js';

/** An event of a delivery that was verified and read. */
export interface VerifiedEvent {
  readonly provider: string;
  readonly envelope: Envelope;
  /** The exact bytes that tell of it: those of the delivery, or of its element. */
  readonly body: Buffer;
  /** Only those headers that the provider allows to be kept. */
  readonly headers: Readonly<Record<string, string>>;
  readonly secretLabel: string;
  /** What is to be done about the event if it is new. */
  readonly workflows: readonly { readonly name: string; readonly version: number }[];
  /** What else of it may be used once. */
  readonly replayKey?: ReplayKey | undefined;
  /** W3C trace context under which its runs will be executed; by default a new one. */
  readonly traceparent?: string | undefined;
  /** Of the request that brought it. */
  readonly correlationId?: string | undefined;
}

/** The events of one delivery, and the span in which they wait for their commit. */
interface PendingDelivery {
  readonly events: readonly NewEvent[];
  readonly span: Span;
}

const LIMITS = { rows: 200, bytes: 4 * 2 ** 20, flushes: 2, waitingBytes: 64 * 2 ** 20 };

/** What a row needs beside its body, roughly. */
const ROW_OVERHEAD_BYTES = 1024;

/** Records each event once. Concurrent deliveries share one statement and one commit. */
@Injectable()
export class EventRecorder {
  private readonly group = new GroupCommit<PendingDelivery, DeliveryRecording>(
    // It is about many deliveries, and must not seem to be about one.
    (deliveries) => outsideSpans(() => this.commit(deliveries)),
    LIMITS,
  );
  private readonly outage: Outage;

  constructor(
    private readonly events: EventStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.outage = new Outage(logger, 'Events cannot be recorded: the database is away');
  }

  /** Records the events of one delivery, in one commit. Resolves when the outcome is durable. */
  async record(delivery: readonly VerifiedEvent[]): Promise<DeliveryRecording> {
    const events = delivery.map(toNewEvent);
    const bytes = events.reduce((sum, { body }) => sum + body.length + ROW_OVERHEAD_BYTES, 0);
    return inSpan('record', {}, async (span) => {
      const recorded = await this.group.add({ events, span }, bytes, events.length);
      return recorded ?? { outcome: 'overloaded' };
    });
  }

  private async commit(deliveries: readonly PendingDelivery[]): Promise<DeliveryRecording[]> {
    const events = deliveries.map((delivery) => delivery.events);
    const served = deliveries.map(({ span }) => span);
    const number = events.reduce((sum, { length }) => sum + length, 0);
    return inSharedSpan('commit', served, { 'messaging.batch.message_count': number }, () =>
      this.flush(events),
    );
  }

  private async flush(deliveries: readonly (readonly NewEvent[])[]): Promise<DeliveryRecording[]> {
    try {
      const recordings = await this.recordTogether(deliveries.flat());
      this.outage.end();
      return inDeliveries(deliveries, recordings);
    } catch (error) {
      switch (databaseFault(error)) {
        case 'bad_row':
          return this.recordOneByOne(deliveries, error as Error);
        case 'unavailable':
          this.outage.feel(error);
          return deliveries.map(() => ({ outcome: 'unavailable' }));
        case 'unexpected':
          throw error;
      }
    }
  }

  /** One bad row must not fail its neighbours, except those of its own delivery. */
  private async recordOneByOne(
    deliveries: readonly (readonly NewEvent[])[],
    error: Error,
  ): Promise<DeliveryRecording[]> {
    if (deliveries.length === 1) {
      const events = deliveries.flat();
      const deliveryKeys = events.slice(0, 10).map(({ event }) => event.deliveryKey);
      const correlationId = events[0]?.correlationId ?? undefined;
      this.logger.error('A delivery cannot be stored', { error, deliveryKeys, correlationId });
      return [{ outcome: 'unstorable', message: error.message }];
    }
    const recordings: DeliveryRecording[] = [];
    for (const delivery of deliveries) recordings.push(...(await this.flush([delivery])));
    return recordings;
  }

  private async recordTogether(batch: readonly NewEvent[]): Promise<Recording[]> {
    const startedAt = performance.now();
    const verdicts = await this.events.record(batch);
    countCommit(batch.length, (performance.now() - startedAt) / 1_000);
    const notRecorded = batch.filter(({ event }) => verdicts.get(event.id)?.outcome !== 'recorded');
    const originals =
      notRecorded.length === 0 ? new Map<NewEvent, RecordedEvent>() : await this.findOriginals(notRecorded);
    const recordings = batch.map((delivery) =>
      toRecording(delivery, verdicts.get(delivery.event.id), originals.get(delivery)),
    );
    const replayed = batch.filter((_, index) => recordings[index]?.outcome === 'replayed');
    if (replayed.length > 0) await this.events.countRefusals(replayed);
    return recordings;
  }

  /** Senders redeliver by hand what failed for good, so a redelivery opens dead letters again. */
  private async findOriginals(known: readonly NewEvent[]): Promise<ReadonlyMap<NewEvent, RecordedEvent>> {
    const originals = await this.find(known);
    const dead = [...originals].filter(
      ([delivery, original]) => isDeadLetter(original.status) && !isConflict(delivery, original),
    );
    if (dead.length === 0) return originals;
    await this.events.redriveDeadLetters(dead.map(([, { id }]) => id));
    return new Map([...originals, ...(await this.find(dead.map(([delivery]) => delivery)))]);
  }

  private async find(known: readonly NewEvent[]): Promise<Map<NewEvent, RecordedEvent>> {
    const found = await this.events.find(known.map(({ event }) => event));
    return new Map(
      known.flatMap((delivery, index) => {
        const original = found[index];
        return original === undefined ? [] : [[delivery, original]];
      }),
    );
  }
}

function inDeliveries(
  deliveries: readonly (readonly NewEvent[])[],
  recordings: readonly Recording[],
): DeliveryRecording[] {
  let next = 0;
  return deliveries.map(({ length }) => ({
    outcome: 'recorded',
    recordings: recordings.slice(next, (next += length)),
  }));
}

function toNewEvent(verified: VerifiedEvent): NewEvent {
  const { provider, envelope, body, headers, secretLabel, workflows, replayKey } = verified;
  const { traceparent = newTraceparent(), correlationId = null } = verified;
  return {
    event: { id: newId(), provider, ...envelope, receivedAt: new Date() },
    body,
    bodySha256: createHash('sha256').update(body).digest(),
    headers,
    secretLabel,
    traceparent,
    correlationId,
    runs: workflows.map(({ name, version }) => ({ id: newId(), workflow: name, workflowVersion: version })),
    replayKey,
  };
}
