import { Problem } from '../platform/http/index.js';
import { refusalReason } from './refusal-reason.js';

describe('the reason of a refusal', () => {
  it('is the one that the problem names', () => {
    const named = new Problem(503, 'Provider not configured', { reason: 'unconfigured' });
    expect(refusalReason(503, named)).toBe('unconfigured');
    const told = new Problem(401, 'Signature not accepted', { extensions: { reason: 'timestamp_stale' } });
    expect(refusalReason(401, told)).toBe('timestamp_stale');
  });

  it.each([
    [404, 'unknown_provider'],
    [413, 'too_large'],
    [415, 'unsupported_content'],
    [400, 'malformed'],
    [431, 'malformed'],
    [500, 'internal_error'],
  ])('is read from the status %d where nothing names it', (status, reason) => {
    expect(refusalReason(status, new Problem(status, 'Refused'))).toBe(reason);
    expect(refusalReason(status, undefined)).toBe(reason);
  });
});
