import { rateLimits } from './rate-limit.js';

const parse = (text: string) => rateLimits({ name: 'X', description: '' }).parse(text);

const OUT_OF_BOUNDS = 'must have 1 to 1000000 a second, minute or hour, as in 200/s or 3000/m, for stripe';

describe('rate limits', () => {
  it.each([
    ['', []],
    ['stripe=200/s', [['stripe', { hits: 200, periodMs: 1_000 }]]],
    [
      ' github=3000/m , my-own=1000000/h',
      [
        ['github', { hits: 3000, periodMs: 60_000 }],
        ['my-own', { hits: 1_000_000, periodMs: 3_600_000 }],
      ],
    ],
  ])('of "%s" are %j', (text, entries) => {
    expect(parse(text)).toEqual({ ok: true, value: new Map(entries as [string, object][]) });
  });

  it.each(['', '200', '200/', '/s', '0/s', '1000001/s', '2.5/s', '-1/s', '200/d', '200 / s', '1e3/s'])(
    'refuse "%s" for a provider',
    (rate) => {
      expect(parse(`stripe=${rate}`)).toEqual({ ok: false, fault: OUT_OF_BOUNDS });
    },
  );

  it('refuse a name that stands twice, and a rate without a name', () => {
    expect(parse('stripe=1/s,stripe=2/s')).toEqual({ ok: false, fault: 'has stripe twice' });
    expect(parse('200/s')).toMatchObject({
      ok: false,
      fault: expect.stringContaining('number 1 is not') as string,
    });
  });
});
