export { OTHER } from './bounded-label.js';
export { registry } from './define.js';
export { countPayloadWarning, countSchemaDrift, countSkippedPayload } from './payloads.js';
export { countOverflow } from './quarantine.js';
export { countQueueLoss, countRedrives, countRequeues, type RedriveOrigin } from './queue.js';
export {
  countAnswer,
  countChallenge,
  countCommit,
  countEvent,
  countRefusal,
  countSuspectedReplay,
  expectRefusals,
  type EventOutcome,
} from './request-lane.js';
export {
  showDisks,
  showQueue,
  showServiceState,
  showSource,
  type DiskState,
  type JobsInState,
  type ServiceState,
} from './service-state.js';
export { showConnections, showSlots, watchProcess } from './this-process.js';
export {
  countAttempt,
  countCompensation,
  countCrash,
  countDeadLetter,
  countFencedWrite,
  countRetry,
  countStart,
  countStep,
  countTargetCall,
  expectRuns,
  type AttemptOutcome,
} from './worker-lane.js';
