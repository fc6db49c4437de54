import { countEvent, countSuspectedReplay, type EventOutcome } from '../platform/metrics/index.js';
import type { DeliveryRecording, Recording } from '../record/index.js';
import type { ReadEvent } from './read-delivery.js';

/** Counts what became of a delivery, for each of its events. */
export function countRecording(
  provider: string,
  events: readonly ReadEvent[],
  recorded: DeliveryRecording,
): void {
  for (const [index, { envelope }] of events.entries()) {
    const recording = recorded.outcome === 'recorded' ? recorded.recordings[index] : undefined;
    const outcome = recorded.outcome === 'recorded' ? outcomeOf(recording) : recorded.outcome;
    if (outcome !== undefined) countEvent(provider, envelope.type, outcome);
    if (recording?.outcome === 'accepted' && recording.suspectedReplayOf !== null)
      countSuspectedReplay(provider);
  }
}

function outcomeOf(recording: Recording | undefined): EventOutcome | undefined {
  return recording?.outcome === 'duplicate' && recording.conflict ? 'conflict' : recording?.outcome;
}
