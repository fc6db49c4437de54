import { counter, histogram } from './define.js';
import { typeClass } from './type-class.js';

/** What became of an event of a verified delivery. */
export type EventOutcome =
  | 'accepted'
  | 'duplicate'
  /** A duplicate with another body. */
  | 'conflict'
  | 'replayed'
  | 'unstorable'
  | 'overloaded'
  | 'unavailable';

/** Answers below a millisecond do not happen, and most providers hang up after 5 to 30 seconds. */
const ACK_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const COMMIT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const COMMIT_EVENTS = [1, 2, 5, 10, 20, 50, 100, 200, 1_000, 5_000];

const requests = counter(
  'integration_webhook_requests_total',
  'Requests to a webhook address that were answered, by the status of the answer',
  ['provider', 'code'],
);
const ackDuration = histogram(
  'integration_ack_duration_seconds',
  'From the head of a request to the end of its answer, of those answered with a 2xx',
  ACK_SECONDS,
  ['provider'],
);
const refusals = counter(
  'integration_deliveries_refused_total',
  'Requests that were not acknowledged, by reason',
  ['provider', 'reason'],
);
const events = counter(
  'integration_events_received_total',
  'Events of verified deliveries, and of releases from the quarantine, by what became of them',
  ['provider', 'type_class', 'outcome'],
);
const suspectedReplays = counter(
  'integration_replays_suspected_total',
  'Events that were accepted though their signed body came before under another delivery id',
  ['provider'],
);
const challenges = counter(
  'integration_challenges_answered_total',
  'Signed requests that told of no event and got the answer that their provider demands',
  ['provider'],
);
const commitEvents = histogram(
  'integration_commit_batch_events',
  'Events that went into one commit, duplicates too',
  COMMIT_EVENTS,
);
const commitDuration = histogram(
  'integration_commit_duration_seconds',
  'Of a commit that records events, with what is read about duplicates',
  COMMIT_SECONDS,
);

/** @param provider one of those that there are, or {@link OTHER} */
export function countAnswer(provider: string, code: number, seconds: number): void {
  requests.inc({ provider, code });
  if (code >= 200 && code < 300) ackDuration.observe({ provider }, seconds);
}

/** Begins the counts of refusals at 0: of a series that begins at 1 nobody sees the first increase. */
export function expectRefusals(provider: string, reasons: readonly string[]): void {
  for (const reason of reasons) refusals.inc({ provider, reason }, 0);
}

/** @param provider one of those that there are, or {@link OTHER} */
export function countRefusal(provider: string, reason: string): void {
  refusals.inc({ provider, reason });
}

export function countEvent(provider: string, type: string, outcome: EventOutcome): void {
  events.inc({ provider, type_class: typeClass(provider, type), outcome });
}

export function countSuspectedReplay(provider: string): void {
  suspectedReplays.inc({ provider });
}

export function countChallenge(provider: string): void {
  challenges.inc({ provider });
}

export function countCommit(recordedEvents: number, seconds: number): void {
  commitEvents.observe(recordedEvents);
  commitDuration.observe(seconds);
}
