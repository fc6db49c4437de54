import { singleHeader } from './provider.js';

describe('singleHeader', () => {
  it.each([
    [['a'], 'a'],
    [[''], ''],
    [['a', 'a'], undefined],
    [['a', 'b'], undefined],
    [[], undefined],
    [undefined, undefined],
  ])('of %j is %j', (values, expected) => {
    expect(singleHeader({ 'x-id': values }, 'x-id')).toBe(expected);
  });
});
