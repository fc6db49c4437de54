import { ActionError, FAILURE_CODES, failure, failureFrom } from './failure.js';

describe('a failure', () => {
  it('can be retried only where another attempt can succeed', () => {
    expect(FAILURE_CODES.filter((code) => failure(code, '').retryable)).toEqual([
      'target_unavailable',
      'timed_out',
      'workflow_missing',
      'unexpected',
    ]);
  });

  it.each(FAILURE_CODES)('keeps the code %s of the action that named it', (code) => {
    expect(failureFrom(new ActionError(code, 'why'), 'send')).toEqual({
      ...failure(code, 'why'),
      step: 'send',
    });
  });

  it.each([
    [new TypeError('x is not a function'), 'x is not a function'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ code: 'target_refused', message: 'no error' }, '[object Object]'],
  ])('of %p is unexpected, hence retried', (thrown, message) => {
    expect(failureFrom(thrown, null)).toEqual({ code: 'unexpected', message, step: null, retryable: true });
  });

  it('is not made long by what it was told', () => {
    expect(failure('unexpected', 'x'.repeat(1_000_000)).message).toBe('x'.repeat(1000));
    expect(failureFrom(new Error('y'.repeat(1001)), 's').message).toHaveLength(1000);
  });
});

describe('an action error', () => {
  it('keeps its cause', () => {
    const cause = new Error('socket hang up');
    expect(new ActionError('target_unavailable', 'away', { cause }).cause).toBe(cause);
  });

  it('keeps when the target wants to be asked again', () => {
    expect(new ActionError('target_unavailable', 'busy', { retryAfterMs: 2000 }).retryAfterMs).toBe(2000);
    expect(new ActionError('target_unavailable', 'busy').retryAfterMs).toBeUndefined();
  });
});
