import { isDeadLetter } from '../../../src/model/index.js';
import type { DeadLetter, Evidence, RecordedEvent } from './evidence.js';
import type { Kind } from './traffic.js';

/** Which ends are legal beside `completed`. */
export interface Expectation {
  /** Dead letters that the fault may leave; by default only those whose outcome nobody can know. */
  readonly deadLetters?: (letter: DeadLetter) => boolean;
}

/** What the checker found wrong, each by the event's id or delivery key. */
export interface Findings {
  /** Acknowledged, and neither completed nor dead-lettered by the deadline, or not even recorded. */
  readonly lost: readonly string[];
  /** Effects that happened more than once. */
  readonly doubled: readonly string[];
  /** Effects of completed events that did not happen. */
  readonly missing: readonly string[];
  /** Events and effects that nobody sent for, and dead letters without a good reason. */
  readonly unexpected: readonly string[];
  /** Recorded without having been acknowledged, and still open: legal to exist, not to stay. */
  readonly unsettled: readonly string[];
}

/** The effects that each kind of event is to have. */
const EFFECTS: Readonly<Record<Kind, { readonly persisted: boolean; readonly mailed: boolean }>> = {
  payment: { persisted: true, mailed: true },
  push: { persisted: true, mailed: false },
  // Its effects are at the till, and the rows that send orders look there.
  order: { persisted: false, mailed: false },
  poison: { persisted: false, mailed: false },
  star: { persisted: false, mailed: false },
};

/**
 * Judges in the manner of Jepsen's total-queue: whatever was acknowledged has come out, nothing has come out that
 * did not go in. What was recorded but never acknowledged may be there, and then must be right as well.
 *
 * @see https://jepsen-io.github.io/jepsen/jepsen.checker.html#var-total-queue
 */
export function judge(evidence: Evidence, expectation: Expectation = {}): Findings {
  const { sent, acknowledged, events, deadLetters, persisted, mailed } = evidence;
  const known = new Map(events.map((event) => [event.id, event]));
  const mayDie = expectation.deadLetters ?? isUnknownOutcome;
  const open = new Set(events.filter((event) => !isSettled(event)).map(({ id }) => id));
  const given = new Set(acknowledged);
  return {
    lost: [...given].filter((id) => !known.has(id) || open.has(id)),
    unsettled: [...open].filter((id) => !given.has(id)),
    doubled: [...persisted, ...mailed].filter(([, count]) => count > 1).map(([id]) => id),
    missing: events.filter((event) => lacksEffect(event, evidence)).map(({ id }) => id),
    unexpected: [
      ...events.filter(({ deliveryKey }) => !sent.has(deliveryKey)).map(({ id }) => id),
      ...[...persisted.keys(), ...mailed.keys()].filter((id) => !isCalledFor(id, known, evidence)),
      ...deadLetters.filter((letter) => !mayDie(letter)).map(({ eventId, code }) => `${eventId} ${code}`),
    ],
  };
}

export function isClean(findings: Findings): boolean {
  return Object.values(findings).every((found: readonly string[]) => found.length === 0);
}

export function isUnknownOutcome({ code, status }: DeadLetter): boolean {
  return status === 'dead_lettered' && code === 'outcome_unknown';
}

function isSettled({ statuses }: RecordedEvent): boolean {
  return statuses.every((status) => status === 'completed' || isDeadLetter(status));
}

function lacksEffect(
  { id, deliveryKey, statuses }: RecordedEvent,
  { sent, persisted, mailed }: Evidence,
): boolean {
  const kind = sent.get(deliveryKey);
  if (kind === undefined || !statuses.every((status) => status === 'completed')) return false;
  const wanted = EFFECTS[kind];
  return (wanted.persisted && !persisted.has(id)) || (wanted.mailed && !mailed.has(id));
}

function isCalledFor(id: string, known: ReadonlyMap<string, RecordedEvent>, { sent }: Evidence): boolean {
  const kind = sent.get(known.get(id)?.deliveryKey ?? '');
  return kind !== undefined && (EFFECTS[kind].persisted || EFFECTS[kind].mailed);
}
