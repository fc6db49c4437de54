export { PostgresCircuitStore, type ListedCircuit } from './circuit.store.js';
export { AuditReader, type AuditPage, type Mismatch } from './audit.reader.js';
export { AuditStore, type AuditEntry } from './audit.store.js';
export { DatabaseCare, type RetiredPartition } from './database-care.js';
export { DeadLetterReader, type DeadLetterPosition, type RedrivePreview } from './dead-letter.reader.js';
export type { DeadLetterFilter, DeadLetterRow } from './dead-letter.sql.js';
export { DispatchStore, type MadeJob } from './dispatch.store.js';
export type { EventFilter } from './event-reading.sql.js';
export {
  EventReader,
  statusOf,
  type EventLife,
  type LedgerRow,
  type ListedEvent,
  type ListedRun,
  type RunLife,
} from './event.reader.js';
export {
  EventStore,
  type DeliveryIdentity,
  type NewEvent,
  type NewRun,
  type QueueableRun,
  type RecordedEvent,
  type RecordVerdict,
} from './event.store.js';
export { InstallationStore, readInstallationId, type QueueConfirmation } from './installation.store.js';
export { Leadership, leadershipToken, provideLeadership } from './leadership.js';
export { FencedError, type ClaimedRun, type LedgerEntry, type Lease } from './lease.js';
export {
  RedriveStore,
  UNKNOWN_OUTCOMES,
  type JudgedRun,
  type Redrive,
  type RedriveOrder,
  type RunState,
  type UnknownOutcome,
} from './redrive.store.js';
export {
  RejectedRequestStore,
  type ListedRejectedRequest,
  type NewRejectedRequest,
} from './rejected-request.store.js';
export type { RejectedRequestFilter } from './rejected-request.sql.js';
export { DatabaseSchemaReader, type SchemaDifference } from './database-schema.reader.js';
export type { Claim } from './claim.sql.js';
export { RunStore, type Settlement } from './run.store.js';
export { StepStore, type EntityState, type StepEntry } from './step.store.js';
export { SchemaDriftStore, type ListedSchemaDrift, type SchemaDriftFilter } from './schema-drift.store.js';
export { ServiceStateReader } from './service-state.reader.js';
export { StoreModule } from './store.module.js';
export { migrate, MIGRATIONS, MigrationError } from './migrations/index.js';
