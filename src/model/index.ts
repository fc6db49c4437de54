export {
  DEAD_LETTER_STATUSES,
  EVENT_STATUSES,
  LIFECYCLE,
  RUN_STATUSES,
  eventStatus,
  isDeadLetter,
  isLegalTransition,
  type EventStatus,
  type HeldStatus,
  type RunStatus,
  type Successor,
  type TransitionReason,
} from './lifecycle.js';
export {
  type Challenge,
  type Delivery,
  type DeliveryHeaders,
  type Envelope,
  type EnvelopeFault,
  type EnvelopeReading,
  type JsonSchema,
  type Provider,
  REFUSAL_REASONS,
  type RefusalReason,
  type ReplayKey,
  type RetryFacts,
  type Sample,
  type SchemaPart,
  type SignedDelivery,
  singleHeader,
  type StandIn,
  type UnsignedDelivery,
  type Verification,
  type Verifier,
  type VerifierTools,
} from './provider.js';
export {
  baseUrl,
  choice,
  integer,
  namedUrls,
  secret,
  secrets,
  setting,
  text,
  url,
  type Described,
  type ParsedSetting,
  type ReadSetting,
  type Setting,
} from './setting.js';
export { signingKey, signingSecret, signingSecrets } from './signing-secret.js';
export { parseForm, type ParsedForm } from './form.js';
export { isForm, mediaTypeOf, readPayload } from './payload.js';
export { knownSecrets, RETIRED, type KnownSecret } from './known-secrets.js';
export {
  REJECTION_REASONS,
  REJECTION_STATES,
  type RejectedRequest,
  type RejectionReason,
  type RejectionState,
} from './rejection.js';
export {
  learnShapes,
  NOTHING_KNOWN,
  type KnownShape,
  type PayloadShape,
  type SchemaDrift,
} from './event-shape.js';
export { matches, type Event, type EventPattern, type TypedEvent } from './event.js';
export {
  ActionError,
  FAILURE_CODES,
  failure,
  failureFrom,
  type Failure,
  type FailureCode,
} from './failure.js';
export {
  compensationName,
  defineWorkflow,
  undoBy,
  type Action,
  type AnyStep,
  type AnyTask,
  type Compensation,
  type Effect,
  type Step,
  type StepOutputs,
  type Task,
  type Workflow,
} from './workflow.js';
export { rebuildRun, type Rebuilt, type RunAccount, type Transition } from './rebuild-run.js';
export { jobId, jobNumber, queueName, type RunJob } from './run-job.js';
export {
  LONGEST_RETRY_BASE_MS,
  MOST_ATTEMPTS,
  retryOverrides,
  type RetryOverride,
} from './retry-override.js';
export { rateLimits, type RateLimit } from './rate-limit.js';
export { headerPairs } from './header-pairs.js';
export { ratio } from './ratio.js';
