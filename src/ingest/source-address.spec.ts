import { placeOf, sourceOf } from './source-address.js';

describe('the source of a request', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:61234', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:aaaa:bbbb:cccc:dddd', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::1', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]:443', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['unknown', 'unknown'],
    [undefined, ''],
  ])('%s is %s', (ip, source) => {
    expect(sourceOf({ ip: ip as string })).toBe(source);
  });

  it('has one of so many places, and stays there', () => {
    const addresses = Array.from({ length: 100_000 }, (_, index) => `2001:db8:0:${index.toString(16)}::/64`);
    expect(new Set(addresses.map(placeOf)).size).toBeLessThanOrEqual(65_536);
    expect(placeOf('203.0.113.7')).toBe(placeOf('203.0.113.7'));
    expect(placeOf('203.0.113.7')).not.toBe(placeOf('203.0.113.8'));
  });
});
