import type { Logger } from 'winston';
import { parseTraceparent } from '../platform/tracing/index.js';
import type { DeliveryRecording, Recording } from '../record/index.js';
import type { ReadEvent, UnrecordedReading } from './read-delivery.js';

/** Logs a signed delivery of which there was nothing to record. */
export function logUnrecorded(logger: Logger, provider: string, reading: UnrecordedReading): void {
  switch (reading.outcome) {
    case 'invalid':
      logger.warn('Delivery refused', { provider, faults: reading.faults });
      return;
    case 'challenge':
      logger.info('Challenge answered', { provider, status: reading.challenge.status });
  }
}

/** Logs what became of a delivery, one line for each of its events with all that is worth knowing about it. */
export function logRecording(
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
    if (event !== undefined) logEvent(logger, provider, event, recording);
  }
}

function logEvent(
  logger: Logger,
  provider: string,
  { envelope, body }: ReadEvent,
  recording: Recording,
): void {
  const { type, deliveryKey, account, entity } = envelope;
  const { outcome } = recording;
  const facts = { provider, type, outcome, deliveryKey, account, entity, bytes: body.length };
  if (recording.outcome === 'replayed') {
    logger.warn('Replay refused', { ...facts, replayOf: recording.replayOf });
    return;
  }
  const ids = { eventId: recording.eventId, traceId: traceIdOf(recording) };
  if (recording.outcome === 'accepted' && recording.suspectedReplayOf !== null) {
    const { suspectedReplayOf } = recording;
    logger.warn('Suspected replay recorded', { ...ids, ...facts, suspectedReplayOf });
  } else if (recording.outcome === 'duplicate' && recording.conflict) {
    logger.warn('Delivery recorded', { ...ids, ...facts, conflict: true });
  } else {
    const runs = recording.outcome === 'accepted' ? recording.runs.length : undefined;
    logger.info('Delivery recorded', { ...ids, ...facts, runs });
  }
}

/** A duplicate is in the trace of its request alone. */
function traceIdOf(recording: Exclude<Recording, { outcome: 'replayed' }>): string | undefined {
  if (recording.outcome === 'duplicate') return undefined;
  const [run] = recording.runs;
  return run?.traceparent == null ? undefined : parseTraceparent(run.traceparent)?.traceId;
}
