import { readRetryAfter } from './retry-after.js';

const NOW = Date.parse('1994-11-06T08:49:07Z');
const DAY = 86_400_000;

describe('a Retry-After header', () => {
  it.each([
    ['0', 0],
    ['1', 1000],
    [' 120 ', 120_000],
    ['007', 7000],
    ['86400', DAY],
    ['86401', DAY],
    ['9'.repeat(400), DAY],
    // The three forms in RFC 9110, section 5.6.7.
    ['Sun, 06 Nov 1994 08:49:37 GMT', 30_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 30_000],
    ['Sun Nov  6 08:49:37 1994', 30_000],
    ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', DAY],
  ])('%.40j asks to wait %d ms', (header, waitMs) => {
    expect(readRetryAfter(header, NOW)).toBe(waitMs);
  });

  it.each([
    undefined,
    '',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x10',
    'soon',
    '1994-11-06',
    '1994-11-06T08:49:37Z',
    'Sun, 06 Nov 1994 08:49:37 +0100',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 GMT, 5',
  ])('%j says nothing', (header) => {
    expect(readRetryAfter(header, NOW)).toBeUndefined();
  });

  it('that came twice says nothing', () => {
    expect(readRetryAfter(['1', '2'], NOW)).toBeUndefined();
  });
});
