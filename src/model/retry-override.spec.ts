import { retryOverrides } from './retry-override.js';

const parse = (text: string) => retryOverrides({ name: 'X', description: '' }).parse(text);

const NOT_NAMED =
  'must be name=attempts:base, separated by commas, with names of a-z, 0-9 and hyphens: number 1 is not';
const OUT_OF_BOUNDS = 'must have 1 to 20 attempts and a base of 1 to 3600000 ms, as in 5:2000, for stripe';

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
    ['stripe', NOT_NAMED],
    ['=1', NOT_NAMED],
    ['Stripe=1', NOT_NAMED],
    ['stripe=x', OUT_OF_BOUNDS],
    ['stripe=-1', OUT_OF_BOUNDS],
    ['stripe=1:2:3', OUT_OF_BOUNDS],
    ['stripe=0', OUT_OF_BOUNDS],
    ['stripe=21', OUT_OF_BOUNDS],
    ['stripe=:0', OUT_OF_BOUNDS],
    ['stripe=:3600001', OUT_OF_BOUNDS],
    ['stripe=1,stripe=2', 'has stripe twice'],
  ])('refuse "%s"', (text, fault) => {
    expect(parse(text)).toEqual({ ok: false, fault });
  });
});
