export { EventRecorder, type VerifiedEvent } from './event-recorder.js';
export type { DeliveryRecording, Recording } from './recording.js';
export { RecordModule } from './record.module.js';
