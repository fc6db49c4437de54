import type { Logger } from 'winston';
import { countChallenge } from '../platform/metrics/index.js';
import type { DeliveryRecording } from '../record/index.js';
import { logRecording, logUnrecorded } from './delivery-log.js';
import { countRecording } from './delivery-metrics.js';
import { describeDelivery } from './delivery-span.js';
import type { ReadEvent, UnrecordedReading } from './read-delivery.js';

/** Tells the log and the metrics of a signed delivery of which there was nothing to record. */
export function reportUnrecorded(logger: Logger, provider: string, reading: UnrecordedReading): void {
  logUnrecorded(logger, provider, reading);
  // What is invalid is a refusal, and counted with all others.
  if (reading.outcome === 'challenge') countChallenge(provider);
}

/** Tells the log, the metrics and the request's span what became of a delivery. */
export function reportRecording(
  logger: Logger,
  provider: string,
  events: readonly ReadEvent[],
  recorded: DeliveryRecording,
): void {
  logRecording(logger, provider, events, recorded);
  countRecording(provider, events, recorded);
  describeDelivery(provider, events, recorded);
}
