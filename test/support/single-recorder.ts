import type { DeliveryRecording, EventRecorder, Recording, VerifiedEvent } from '../../src/record/index.js';

/** What became of a delivery of one event, as most are. */
export type SingleRecording = Recording | Exclude<DeliveryRecording, { outcome: 'recorded' }>;

/** Records deliveries of one event each. */
export class SingleRecorder {
  constructor(private readonly recorder: EventRecorder) {}

  async record(event: VerifiedEvent): Promise<SingleRecording> {
    const recorded = await this.recorder.record([event]);
    return recorded.outcome === 'recorded' ? recorded.recordings[0]! : recorded;
  }
}
