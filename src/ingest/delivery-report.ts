import type { Logger } from 'winston';
import { withLogContext } from '../platform/logging/index.js';
import type { DeliveryRecording, Recording } from '../record/index.js';
import type { ReadEvent, UnrecordedReading } from './read-delivery.js';

/** Logs a signed delivery of which there was nothing to record. */
export function reportUnrecorded(logger: Logger, provider: string, reading: UnrecordedReading): void {
  switch (reading.outcome) {
    case 'invalid':
      logger.warn('Delivery refused', { provider, faults: reading.faults });
      return;
    case 'challenge':
      logger.info('Challenge answered', { provider, status: reading.challenge.status });
  }
}

/** Logs what became of a delivery, a line for each of its events. */
export function reportRecording(
  logger: Logger,
  provider: string,
  events: readonly ReadEvent[],
  recorded: DeliveryRecording,
): void {
  if (recorded.outcome !== 'recorded') {
    logger.warn('Delivery not recorded', { provider, outcome: recorded.outcome });
    return;
  }
  for (const [index, recording] of recorded.recordings.entries()) {
    const event = events[index];
    if (event !== undefined) reportEvent(logger, provider, event, recording);
  }
}

function reportEvent(logger: Logger, provider: string, { envelope }: ReadEvent, recording: Recording): void {
  const { type, deliveryKey } = envelope;
  const facts = { provider, type, outcome: recording.outcome };
  if (recording.outcome === 'replayed') {
    logger.warn('Replay refused', { ...facts, deliveryKey, replayOf: recording.replayOf });
    return;
  }
  withLogContext({ eventId: recording.eventId }, () => {
    if (recording.outcome === 'accepted' && recording.suspectedReplayOf !== null) {
      const { suspectedReplayOf } = recording;
      logger.warn('Suspected replay recorded', { ...facts, suspectedReplayOf });
    } else if (recording.outcome === 'duplicate' && recording.conflict) {
      logger.warn('Delivery recorded', { ...facts, conflict: true });
    } else {
      logger.info('Delivery recorded', facts);
    }
  });
}
