import { isFresh, FIVE_MINUTES } from './freshness.js';
import { hmacSha256, matchingSecret } from './hmac.js';

const parts = ['1.', Buffer.from('{}')];

describe('hmacSha256', () => {
  it('is the same over pieces as over the whole', () => {
    expect(hmacSha256('key', parts)).toEqual(hmacSha256('key', ['1.{}']));
  });

  it('agrees with RFC 4231, test case 2', () => {
    expect(hmacSha256('Jefe', ['what do ya want for nothing?']).toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });
});

describe('matchingSecret', () => {
  const byOld = hmacSha256('old', parts);
  const byNew = hmacSha256('new', parts);

  it('names the secret by its place', () => {
    expect(matchingSecret(['new', 'old'], [byNew], parts)).toBe('1');
    expect(matchingSecret(['new', 'old'], [byOld], parts)).toBe('2');
    expect(matchingSecret(['new', 'old'], [byOld, byNew], parts)).toBe('1');
  });

  it('knows no other secret', () => {
    expect(matchingSecret(['new'], [byOld], parts)).toBeUndefined();
    expect(matchingSecret([], [byOld], parts)).toBeUndefined();
    expect(matchingSecret(['new'], [], parts)).toBeUndefined();
  });
});

describe('isFresh', () => {
  it.each([
    [0, true],
    [300, true],
    [301, false],
    [-300, true],
    [-301, false],
  ])('judges a time %d seconds from now', (seconds, fresh) => {
    const now = 1_772_366_400_500;
    expect(isFresh(now + seconds * 1000, now, FIVE_MINUTES)).toBe(fresh);
  });
});
