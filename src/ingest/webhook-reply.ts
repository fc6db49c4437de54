import type { Provider } from '../model/index.js';
import { Problem } from '../platform/http/index.js';
import type { Recording } from '../record/index.js';
import type { Acceptance } from './accept-delivery.js';
import type { BatchReply, EventReply } from './webhook-reply.dto.js';

/** Seconds after which a sender may try again. */
const OVERLOAD_RETRY_SECONDS = 2;
const DATABASE_RETRY_SECONDS = 5;

/** Of an event that is on disk. */
type KnownRecording = Exclude<Recording, { outcome: 'replayed' }>;

export interface WebhookReply {
  readonly status: number;
  /** Sent as JSON; without it the reply is empty. */
  readonly body?: Readonly<Record<string, unknown>> | EventReply | BatchReply;
}

/**
 * What a sender is told.
 *
 * @throws {Problem} 400 if it need not come again, 503 if it should
 */
export function replyTo(provider: Provider, acceptance: Acceptance): WebhookReply {
  switch (acceptance.outcome) {
    case 'recorded':
      return replyToRecorded(provider, acceptance.recordings);
    case 'challenge':
      return acceptance.challenge;
    case 'invalid':
      throw new Problem(400, 'Not a valid event', {
        reason: 'invalid',
        extensions: { errors: acceptance.faults },
      });
    case 'unstorable':
      throw new Problem(400, 'Not a valid event', {
        reason: 'unstorable',
        extensions: { errors: [{ path: '', message: 'The event holds a value that cannot be stored' }] },
      });
    case 'overloaded':
      throw new Problem(503, 'Overloaded', {
        reason: 'overloaded',
        retryAfter: OVERLOAD_RETRY_SECONDS,
      });
    case 'unavailable':
      throw new Problem(503, 'Database away', {
        reason: 'database_away',
        retryAfter: DATABASE_RETRY_SECONDS,
      });
  }
}

/** @throws {Problem} */
function replyToRecorded(provider: Provider, recordings: readonly Recording[]): WebhookReply {
  const events = recordings.filter((recording) => recording.outcome !== 'replayed');
  // The rest of a batch is on disk all the same. To say so would be no use to a forger, and honest ones have no replay.
  if (events.length < recordings.length) {
    throw new Problem(400, 'Replay refused', {
      detail: 'What makes this delivery genuine was used before, for another delivery',
      extensions: { reason: 'replayed' },
    });
  }
  const isNew = events.some(({ outcome }) => outcome === 'accepted');
  return {
    status: provider.replies?.accepted ?? (isNew ? 202 : 200),
    body: provider.batched ? batchReply(events, isNew) : eventReply(events),
  };
}

function eventReply([recording]: readonly KnownRecording[]): EventReply {
  if (recording === undefined) throw new Error('A delivery that is no batch tells of one event');
  if (recording.outcome === 'accepted') return { id: recording.eventId, status: 'accepted' };
  const { eventId, eventStatus, conflict } = recording;
  return { id: eventId, status: 'duplicate', eventStatus, ...(conflict && { conflict }) };
}

/** Of an empty batch everything was accepted, and nothing is known already. */
function batchReply(recordings: readonly KnownRecording[], isNew: boolean): BatchReply {
  const ids = recordings.map(({ eventId }) => eventId);
  const duplicates = recordings.filter((recording) => recording.outcome === 'duplicate');
  const conflict = duplicates.some((duplicate) => duplicate.conflict) && { conflict: true };
  if (isNew || ids.length === 0) return { ids, status: 'accepted', ...conflict };
  const eventStatuses = duplicates.map(({ eventStatus }) => eventStatus);
  return { ids, status: 'duplicate', eventStatuses, ...conflict };
}
