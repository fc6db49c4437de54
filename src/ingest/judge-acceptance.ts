import type { EnvelopeFault, RejectionReason } from '../model/index.js';
import type { Acceptance } from './accept-delivery.js';

/** What became of a signed delivery. */
export type Judgement =
  /** Its events are on disk. A challenge has none. */
  | { outcome: 'taken'; eventIds: readonly string[] }
  | {
      outcome: 'refused';
      reason: Extract<RejectionReason, 'invalid' | 'replayed'>;
      faults: readonly EnvelopeFault[];
    }
  /** Nothing is wrong with it; it has to come again. */
  | { outcome: 'unavailable'; detail: string };

export function judgeAcceptance(acceptance: Acceptance): Judgement {
  switch (acceptance.outcome) {
    case 'recorded': {
      const eventIds = acceptance.recordings.flatMap((recording) =>
        recording.outcome === 'replayed' ? [] : [recording.eventId],
      );
      return eventIds.length < acceptance.recordings.length
        ? { outcome: 'refused', reason: 'replayed', faults: [] }
        : { outcome: 'taken', eventIds };
    }
    case 'challenge':
      return { outcome: 'taken', eventIds: [] };
    case 'invalid':
      return { outcome: 'refused', reason: 'invalid', faults: acceptance.faults };
    case 'unstorable':
      return {
        outcome: 'refused',
        reason: 'invalid',
        faults: [{ path: '', message: `cannot be stored: ${acceptance.message}` }],
      };
    case 'overloaded':
      return { outcome: 'unavailable', detail: 'Too much is waiting to be recorded' };
    case 'unavailable':
      return { outcome: 'unavailable', detail: 'The database is away' };
  }
}
