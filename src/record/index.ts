export { EventRecorder, type Recording, type VerifiedDelivery } from './event-recorder.js';
export { RecordModule } from './record.module.js';
