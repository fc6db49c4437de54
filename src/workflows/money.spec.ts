import { formatMinorUnits } from './money.js';

describe('an amount of money', () => {
  it.each([
    [1234, 'eur', '12.34 EUR'],
    [5, 'usd', '0.05 USD'],
    [0, 'usd', '0.00 USD'],
    [-1999, 'usd', '-19.99 USD'],
    [100, 'gbp', '1.00 GBP'],
    [1234, 'jpy', '1234 JPY'],
    [1234, 'krw', '1234 KRW'],
    [1234, 'kwd', '1.234 KWD'],
    [99_999_999, 'eur', '999999.99 EUR'],
    [1234, 'EUR', '12.34 EUR'],
    [1234, 'no code', '12.34 NO CODE'],
    [1234, '', '12.34 '],
  ])('of %d in %j is %j', (amount, currency, text) => {
    expect(formatMinorUnits(amount, currency)).toBe(text);
  });
});
