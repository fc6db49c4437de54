import { retryOverrides } from './retry-override.js';

const parse = (text: string) => retryOverrides({ name: 'X', description: '' }).parse(text);

describe('retry overrides', () => {
  it.each([
    ['', []],
    ['stripe=5:2000', [['stripe', { maxAttempts: 5, retryBaseMs: 2000 }]]],
    ['stripe=5', [['stripe', { maxAttempts: 5 }]]],
    [
      ' github=:500 , paypal=1: ',
      [
        ['github', { retryBaseMs: 500 }],
        ['paypal', { maxAttempts: 1 }],
      ],
    ],
    ['stripe=20:3600000', [['stripe', { maxAttempts: 20, retryBaseMs: 3_600_000 }]]],
  ])('of "%s" are %j', (text, entries) => {
    expect(parse(text)).toEqual({ ok: true, value: new Map(entries as [string, object][]) });
  });

  it.each([
    ['stripe', 'must be name=attempts:base, separated by commas'],
    ['stripe=x', 'must be name=attempts:base, separated by commas'],
    ['stripe=-1', 'must be name=attempts:base, separated by commas'],
    ['stripe=1:2:3', 'must be name=attempts:base, separated by commas'],
    ['=1', 'must be name=attempts:base, separated by commas'],
    ['stripe=0', 'must have 1 to 20 attempts and a base of 1 to 3600000 ms for stripe'],
    ['stripe=21', 'must have 1 to 20 attempts and a base of 1 to 3600000 ms for stripe'],
    ['stripe=:3600001', 'must have 1 to 20 attempts and a base of 1 to 3600000 ms for stripe'],
    ['stripe=1,stripe=2', 'must have stripe once'],
  ])('refuse "%s"', (text, fault) => {
    expect(parse(text)).toEqual({ ok: false, fault });
  });
});
