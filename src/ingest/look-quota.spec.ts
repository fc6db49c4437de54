import { LookQuota } from './look-quota.js';

describe('the quota of looks at payloads', () => {
  let now = 0;
  let quota: LookQuota;

  beforeEach(() => {
    now = 0;
    quota = new LookQuota(() => now);
  });

  /** How many of so many payloads are looked at. */
  const looks = (payloads: number, type: (index: number) => string): number =>
    Array.from({ length: payloads }, (_, index) => quota.take('stripe', type(index))).filter(Boolean).length;

  it('is twenty a second, of whatever types', () => {
    expect(looks(1_000, (index) => `t${index % 30}`)).toBe(20);
    now = 999;
    expect(looks(1_000, (index) => `t${index % 30}`)).toBe(0);
    now = 1_000;
    expect(looks(1_000, (index) => `t${index % 30}`)).toBe(20);
  });

  it('has all of the first fifty of a type, then one in five seconds', () => {
    for (let second = 0; second < 2; second++, now += 1_000) expect(looks(100, () => 'a')).toBe(20);
    expect(looks(100, () => 'a')).toBe(10);
    now += 4_999;
    expect(looks(100, () => 'a')).toBe(0);
    expect(looks(1, () => 'b')).toBe(1);
    now += 1;
    expect(looks(100, () => 'a')).toBe(1);
  });

  it('has nothing for the thousand and first type', () => {
    for (let index = 0; index < 1_000; index++, now += 1_000)
      expect(quota.take('stripe', `t${index}`)).toBe(true);
    expect(quota.take('stripe', 'one too many')).toBe(false);
    expect(quota.take('stripe', 't1')).toBe(true);
  });
});
