import {
  EVENT_STATUSES,
  LIFECYCLE,
  RUN_STATUSES,
  eventStatus,
  isLegalTransition,
  type EventStatus,
  type RunStatus,
} from './lifecycle.js';

const EVERY_PAIR = RUN_STATUSES.flatMap((from) => RUN_STATUSES.map((to) => [from, to] as const));

/** Every list of one, two or three statuses, in every order. */
const ONE_TO_THREE = RUN_STATUSES.flatMap((a) => [
  [a],
  ...RUN_STATUSES.flatMap((b) => [[a, b], ...RUN_STATUSES.map((c) => [a, b, c])]),
]);

describe('the lifecycle of a run', () => {
  it('has the changes of the design and no other', () => {
    expect(LIFECYCLE).toEqual({
      pending: ['running'],
      running: ['running', 'pending', 'completed', 'retrying', 'dead_lettered', 'compensating'],
      retrying: ['running'],
      compensating: ['compensating', 'compensated', 'compensation_failed'],
      completed: [],
      dead_lettered: ['pending'],
      compensated: [],
      compensation_failed: ['pending'],
    });
  });

  it.each(EVERY_PAIR)('says of %s → %s what the table says', (from, to) => {
    const row: readonly RunStatus[] = LIFECYCLE[from];
    expect(isLegalTransition(from, to)).toBe(row.includes(to));
  });

  it('lets every status be reached from pending', () => {
    const reached = new Set<RunStatus>(['pending']);
    for (const from of reached) for (const to of LIFECYCLE[from]) reached.add(to);
    expect([...reached].sort()).toEqual([...RUN_STATUSES].sort());
  });
});

describe('the status of an event', () => {
  /**
   * The rule as a person reads it: of these, the last that applies; `completed` applies only to all, `received`
   * only while nothing has been done, `processing` as soon as anything has.
   */
  const APPLIES: readonly [EventStatus, (runs: readonly RunStatus[]) => boolean][] = [
    ['received', (runs) => runs.filter((run) => run === 'pending').length === runs.length],
    ['processing', (runs) => runs.filter((run) => run !== 'pending').length > 0],
    ['retrying', (runs) => runs.filter((run) => run === 'retrying').length > 0],
    ['compensating', (runs) => runs.filter((run) => run === 'compensating').length > 0],
    ['completed', (runs) => runs.filter((run) => run !== 'completed').length === 0],
    ['dead_lettered', (runs) => runs.filter((run) => run === 'dead_lettered').length > 0],
    ['compensated', (runs) => runs.filter((run) => run === 'compensated').length > 0],
    ['compensation_failed', (runs) => runs.filter((run) => run === 'compensation_failed').length > 0],
  ];

  it('has its names in the order in which the last that applies wins', () => {
    expect(EVENT_STATUSES).toEqual(APPLIES.map(([status]) => status));
  });

  it.each(ONE_TO_THREE.map((runs) => ({ runs })))('of $runs is the last that applies', ({ runs }) => {
    expect(eventStatus(runs)).toBe(APPLIES.filter(([, applies]) => applies(runs)).at(-1)?.[0]);
  });

  it.each([
    [['pending'], 'received'],
    [['running'], 'processing'],
    [['retrying'], 'retrying'],
    [['completed'], 'completed'],
    [['dead_lettered'], 'dead_lettered'],
    [['completed', 'pending'], 'processing'],
    [['completed', 'retrying'], 'retrying'],
    [['completed', 'dead_lettered'], 'dead_lettered'],
    [['retrying', 'dead_lettered'], 'dead_lettered'],
    [['retrying', 'compensating'], 'compensating'],
    [['compensated', 'dead_lettered'], 'compensated'],
    [['compensation_failed', 'compensated'], 'compensation_failed'],
  ] as const)('of %j is %s', (runs, status) => {
    expect(eventStatus(runs)).toBe(status);
  });
});
