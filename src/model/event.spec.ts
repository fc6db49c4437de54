import { matches } from './event.js';

describe('an event pattern', () => {
  const pattern = { provider: 'github', type: 'pull_request' };

  it.each(['pull_request', 'pull_request.opened', 'pull_request.review.requested'])('is for %s', (type) => {
    expect(matches(pattern, { provider: 'github', type })).toBe(true);
  });

  it.each(['pull_request_review', 'pull_requests', 'pull', 'pull_request-opened', 'a.pull_request', '', '.'])(
    'is not for %j',
    (type) => {
      expect(matches(pattern, { provider: 'github', type })).toBe(false);
    },
  );

  it('with a dot is for no less', () => {
    const opened = { provider: 'github', type: 'pull_request.opened' };
    expect(matches(opened, { provider: 'github', type: 'pull_request.opened' })).toBe(true);
    expect(matches(opened, { provider: 'github', type: 'pull_request' })).toBe(false);
    expect(matches(opened, { provider: 'github', type: 'pull_request.closed' })).toBe(false);
  });

  it('is for its own provider only', () => {
    expect(matches(pattern, { provider: 'gitlab', type: 'pull_request' })).toBe(false);
    expect(matches({ provider: '*', type: '*' }, { provider: 'github', type: 'push' })).toBe(false);
  });
});
