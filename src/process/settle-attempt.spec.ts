import type { Execution } from '../act/index.js';
import { failure, type Failure } from '../model/index.js';
import { settleAttempt, type EndedAttempt } from './settle-attempt.js';

const limits = { maxAttempts: 3, retryBaseMs: 1000, retryJitter: 0 };
const passing = failure('target_unavailable', 'SMTP server away');
const final = failure('target_refused', 'no such mailbox');

const running = (attempt: number, undoable = false): EndedAttempt => ({
  status: 'running',
  attempt,
  undoable,
});
const compensating = (attempt: number): EndedAttempt => ({ status: 'compensating', attempt, undoable: true });
const failed = (how: Failure, retryAfterMs?: number): Execution => ({
  outcome: 'failed',
  failure: how,
  retryAfterMs,
});

describe('what follows a failed attempt', () => {
  it('is another one 2 s after the first, 4 s after the second, and the end after the third', () => {
    expect([1, 2, 3].map((attempt) => settleAttempt(failed(passing), running(attempt), limits))).toEqual([
      { from: 'running', to: 'retrying', reason: 'failed', failure: passing, retryInMs: 2000 },
      { from: 'running', to: 'retrying', reason: 'failed', failure: passing, retryInMs: 4000 },
      { from: 'running', to: 'dead_lettered', reason: 'failed', failure: passing },
    ]);
  });

  it.each([
    [1, 1, 2],
    [5, 1, 32],
    [1, 250, 500],
    [3, 60_000, 480_000],
  ])('is, after attempt %i with a base of %i ms, another one in %i ms', (attempt, retryBaseMs, retryInMs) => {
    const own = { ...limits, maxAttempts: 20, retryBaseMs };
    expect(settleAttempt(failed(passing), running(attempt), own)).toMatchObject({ retryInMs });
  });

  it('is never more than a day away', () => {
    const own = { ...limits, maxAttempts: 20, retryBaseMs: 3_600_000 };
    const day = { to: 'retrying', retryInMs: 86_400_000 };
    expect(settleAttempt(failed(passing), running(19), own)).toMatchObject(day);
    expect(settleAttempt(failed(passing, 10 ** 12), running(1), own)).toMatchObject(day);
  });

  it('comes later by a part of the jitter', () => {
    const own = { ...limits, retryJitter: 0.5 };
    expect(settleAttempt(failed(passing), running(1), own, () => 0)).toMatchObject({ retryInMs: 2000 });
    expect(settleAttempt(failed(passing), running(1), own, () => 0.5)).toMatchObject({ retryInMs: 2500 });
    expect(settleAttempt(failed(passing), running(1), own, () => 1)).toMatchObject({ retryInMs: 3000 });
  });

  it('comes when the target wants it, but not sooner than otherwise', () => {
    expect(settleAttempt(failed(passing, 7000), running(1), limits)).toMatchObject({ retryInMs: 7000 });
    expect(settleAttempt(failed(passing, 500), running(1), limits)).toMatchObject({ retryInMs: 2000 });
  });

  it('is the end when there is only one attempt, or fewer than were made', () => {
    const one = { ...limits, maxAttempts: 1 };
    expect(settleAttempt(failed(passing), running(1), one)?.to).toBe('dead_lettered');
    expect(settleAttempt(failed(passing), running(7), limits)?.to).toBe('dead_lettered');
  });

  it('is the end at once when no other attempt can succeed', () => {
    expect(settleAttempt(failed(final), running(1), limits)).toEqual({
      from: 'running',
      to: 'dead_lettered',
      reason: 'failed',
      failure: final,
    });
  });

  it('is compensating where there is something to undo, but not before the attempts are used up', () => {
    expect(settleAttempt(failed(passing), running(2, true), limits)?.to).toBe('retrying');
    expect(settleAttempt(failed(passing), running(3, true), limits)).toEqual({
      from: 'running',
      to: 'compensating',
      reason: 'failed',
      failure: passing,
    });
  });

  it('of compensating is another one, as of the steps, and then giving up', () => {
    expect([1, 2, 3].map((attempt) => settleAttempt(failed(passing), compensating(attempt), limits))).toEqual(
      [
        { from: 'compensating', to: 'compensating', reason: 'failed', failure: passing, retryInMs: 2000 },
        { from: 'compensating', to: 'compensating', reason: 'failed', failure: passing, retryInMs: 4000 },
        { from: 'compensating', to: 'compensation_failed', reason: 'failed', failure: passing },
      ],
    );
    expect(settleAttempt(failed(final), compensating(1), limits)?.to).toBe('compensation_failed');
  });
});

describe('an attempt', () => {
  it.each([
    ['completed', running(1), { from: 'running', to: 'completed', reason: 'finished' }],
    ['settled', running(1), { from: 'running', to: 'completed', reason: 'finished' }],
    ['completed', compensating(1), { from: 'compensating', to: 'compensated', reason: 'finished' }],
    ['interrupted', running(1), { from: 'running', to: 'pending', reason: 'released' }],
    ['interrupted', compensating(1), { from: 'compensating', to: 'compensating', reason: 'released' }],
    ['fenced', running(1), undefined],
    ['fenced', compensating(1), undefined],
  ] as const)('that was %s ends as the lifecycle says', (outcome, ended, settlement) => {
    expect(settleAttempt({ outcome }, ended, limits)).toEqual(settlement);
  });

  it('that waits for a circuit is given back, and says for which', () => {
    const waiting = { outcome: 'waiting', circuit: 'smtp:mail:587' } as const;
    const settled = { reason: 'circuit_open', waitingOn: 'smtp:mail:587' };
    expect(settleAttempt(waiting, running(3), limits)).toEqual({
      from: 'running',
      to: 'pending',
      ...settled,
    });
    expect(settleAttempt(waiting, compensating(3), limits)).toEqual({
      from: 'compensating',
      to: 'compensating',
      ...settled,
    });
  });
});
