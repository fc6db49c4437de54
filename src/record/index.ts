export { EventRecorder, type VerifiedDelivery } from './event-recorder.js';
export type { Recording } from './recording.js';
export { RecordModule } from './record.module.js';
