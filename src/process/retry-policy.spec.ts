import { failure } from '../model/index.js';
import { settleFailure } from './retry-policy.js';

const limits = { maxAttempts: 3, retryBaseMs: 1000 };
const passing = failure('target_unavailable', 'SMTP server away');
const final = failure('target_refused', 'no such mailbox');

describe('what follows a failed attempt', () => {
  it('is another one 2 s after the first, 4 s after the second, and the end after the third', () => {
    expect([1, 2, 3].map((attempt) => settleFailure(passing, attempt, limits))).toEqual([
      { to: 'retrying', reason: 'failed', failure: passing, retryInMs: 2000 },
      { to: 'retrying', reason: 'failed', failure: passing, retryInMs: 4000 },
      { to: 'dead_lettered', reason: 'failed', failure: passing },
    ]);
  });

  it.each([
    [1, 1, 2],
    [5, 1, 32],
    [1, 250, 500],
    [3, 60_000, 480_000],
  ])('is, after attempt %i with a base of %i ms, another one in %i ms', (attempt, retryBaseMs, retryInMs) => {
    expect(settleFailure(passing, attempt, { maxAttempts: 20, retryBaseMs })).toMatchObject({ retryInMs });
  });

  it('is never more than a day away', () => {
    expect(settleFailure(passing, 19, { maxAttempts: 20, retryBaseMs: 3_600_000 })).toMatchObject({
      to: 'retrying',
      retryInMs: 86_400_000,
    });
  });

  it('is the end when there is only one attempt, or fewer than were made', () => {
    expect(settleFailure(passing, 1, { ...limits, maxAttempts: 1 }).to).toBe('dead_lettered');
    expect(settleFailure(passing, 7, limits).to).toBe('dead_lettered');
  });

  it('is the end at once when no other attempt can succeed', () => {
    expect(settleFailure(final, 1, limits)).toEqual({
      to: 'dead_lettered',
      reason: 'failed',
      failure: final,
    });
  });
});
