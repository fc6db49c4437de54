import { ratio } from './ratio.js';

describe('a ratio', () => {
  const setting = ratio({ name: 'SHARE', description: 'A share.' });

  it.each([
    ['0', 0],
    ['1', 1],
    ['1.0', 1],
    ['0.05', 0.05],
  ])('can be %s', (text, value) => {
    expect(setting.parse(text)).toEqual({ ok: true, value });
  });

  it.each(['', '1.1', '-0.1', '.5', '0,5', '5%', '1e-3', 'NaN', ' 1'])('cannot be %j', (text) => {
    expect(setting.parse(text)).toEqual({ ok: false, fault: 'must be a number from 0 to 1, such as 0.1' });
  });
});
