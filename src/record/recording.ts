import type { EventStatus } from '../model/index.js';
import type { NewEvent, QueueableRun, RecordedEvent, RecordVerdict } from '../store/index.js';

/** What became of an event of a delivery. */
export type Recording =
  /** It is committed. `suspectedReplayOf`: an event that its replay key was used for, under another claim. */
  | {
      outcome: 'accepted';
      eventId: string;
      runs: readonly QueueableRun[];
      suspectedReplayOf: string | null;
    }
  /** The event was known. `conflict`: under the same delivery key came another body; the original is kept. */
  | {
      outcome: 'duplicate';
      eventId: string;
      eventStatus: EventStatus;
      conflict: boolean;
      unqueued: readonly QueueableRun[];
    }
  /** Its replay key was used for this event, under another claim, and must not be again. Nothing was recorded. */
  | { outcome: 'replayed'; replayOf: string };

/**
 * What became of a delivery: all of its events are on disk, in their order, except for replays; or its sender can count
 * on none.
 */
export type DeliveryRecording =
  | { outcome: 'recorded'; recordings: readonly Recording[] }
  /** The database does not take this one. */
  | { outcome: 'unstorable'; message: string }
  /** More is waiting than may wait. */
  | { outcome: 'overloaded' }
  | { outcome: 'unavailable' };

/**
 * What became of an event, from what its statement said of it and from the event of its delivery key.
 *
 * What is recorded with the same body needs no refusal: nothing comes of it that its sender could not have anyway.
 */
export function toRecording(
  delivery: NewEvent,
  verdict: RecordVerdict | undefined,
  original: RecordedEvent | undefined,
): Recording {
  switch (verdict?.outcome) {
    case 'recorded':
      return toAccepted(delivery, verdict.suspectedReplayOf);
    case 'refused': {
      const isKnown = original !== undefined && !isConflict(delivery, original);
      return isKnown ? toDuplicate(delivery, original) : { outcome: 'replayed', replayOf: verdict.replayOf };
    }
    case undefined:
      return toDuplicate(delivery, original);
  }
}

function toAccepted(
  { event: { id: eventId, provider }, runs, traceparent }: NewEvent,
  suspectedReplayOf: string | null,
): Recording {
  return {
    outcome: 'accepted',
    eventId,
    runs: runs.map(({ id }) => ({ id, provider, dispatches: 0, epoch: 0, traceparent })),
    suspectedReplayOf,
  };
}

function toDuplicate(delivery: NewEvent, original: RecordedEvent | undefined): Recording {
  if (original === undefined) throw new Error('An event is neither new nor known');
  return {
    outcome: 'duplicate',
    eventId: original.id,
    eventStatus: original.status,
    conflict: isConflict(delivery, original),
    unqueued: original.unqueued,
  };
}

/** Under the same delivery key came another body. */
export function isConflict({ bodySha256 }: NewEvent, original: RecordedEvent): boolean {
  return !bodySha256.equals(original.bodySha256);
}
