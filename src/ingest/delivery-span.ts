import { describeSpan, eventAttributes } from '../platform/tracing/index.js';
import type { DeliveryRecording } from '../record/index.js';
import type { ReadEvent } from './read-delivery.js';

/** Says of the request's span what came of its delivery, so that a trace is found by its event. */
export function describeDelivery(
  provider: string,
  events: readonly ReadEvent[],
  recorded: DeliveryRecording,
): void {
  if (recorded.outcome !== 'recorded') {
    describeSpan({ 'delivery.outcome': recorded.outcome });
    return;
  }
  const [event] = events;
  const [recording] = recorded.recordings;
  if (events.length !== 1 || event === undefined || recording === undefined) {
    describeSpan({ 'messaging.batch.message_count': events.length });
    return;
  }
  const id = recording.outcome === 'replayed' ? recording.replayOf : recording.eventId;
  describeSpan({
    ...eventAttributes({ id, provider, type: event.envelope.type }),
    'delivery.outcome': recording.outcome,
  });
}
