import { BoundedLabel, OTHER } from './bounded-label.js';

describe('a bounded label', () => {
  it('tells the first values apart, and all others are one', () => {
    const label = new BoundedLabel(2);
    expect(['a', 'b', 'c', 'a', 'd', 'b'].map((text) => label.valueFor(text))).toEqual([
      'a',
      'b',
      OTHER,
      'a',
      OTHER,
      'b',
    ]);
  });

  it('has room for what is reserved, whatever came before', () => {
    const label = new BoundedLabel(2, ['a']);
    expect(['x', 'y', 'a'].map((text) => label.valueFor(text))).toEqual(['x', OTHER, 'a']);
  });
});
