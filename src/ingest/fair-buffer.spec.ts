import { FairBuffer } from './fair-buffer.js';

const KILOBYTE = 1024;

describe('a fair buffer', () => {
  it('gives what was added, once', () => {
    const buffer = new FairBuffer<string>({ items: 10, bytes: 100 * KILOBYTE });
    expect(buffer.isEmpty).toBe(true);
    buffer.add('a', 'one', 10);
    buffer.add('b', 'other', 10);
    expect(buffer.isEmpty).toBe(false);
    expect(buffer.takeAll()).toEqual(['a', 'b']);
    expect(buffer.isEmpty).toBe(true);
    expect(buffer.takeAll()).toEqual([]);
  });

  it('keeps no more items than allowed: the first ones of whoever is alone', () => {
    const buffer = new FairBuffer<number>({ items: 3, bytes: 100 * KILOBYTE });
    const dropped = [1, 2, 3, 4, 5].map((item) => buffer.add(item, 'one', 0));
    expect(dropped).toEqual([0, 0, 0, 1, 1]);
    expect(buffer.takeAll()).toEqual([1, 2, 3]);
  });

  it('makes room for others, out of what the one who holds most has', () => {
    const buffer = new FairBuffer<string>({ items: 4, bytes: 100 * KILOBYTE });
    for (let turn = 0; turn < 1_000; turn++) buffer.add(`flood ${turn}`, 'stranger', 0);
    expect(buffer.add('real 1', 'provider', 0)).toBe(1);
    expect(buffer.add('real 2', 'provider', 0)).toBe(1);
    for (let turn = 0; turn < 1_000; turn++) buffer.add(`more ${turn}`, 'stranger', 0);
    expect(buffer.takeAll().sort()).toEqual(['flood 0', 'flood 1', 'real 1', 'real 2']);
  });

  it('keeps no more bytes than allowed, and counts what an item needs beside them', () => {
    const buffer = new FairBuffer<string>({ items: 1_000, bytes: 10 * KILOBYTE });
    expect(buffer.add('small', 'one', 0)).toBe(0);
    expect(buffer.add('eight', 'other', 8 * KILOBYTE)).toBe(0);
    expect(buffer.add('small too', 'one', 0)).toBe(1);
    expect(buffer.takeAll()).toEqual(['small', 'small too']);
    for (let item = 0; item < 100; item++) buffer.add(String(item), 'one', 0);
    expect(buffer.takeAll()).toHaveLength(10);
  });

  it('turns away what is larger than all it may keep, and nothing else for it', () => {
    const buffer = new FairBuffer<string>({ items: 10, bytes: 10 * KILOBYTE });
    buffer.add('small', 'one', 0);
    expect(buffer.add('huge', 'other', 11 * KILOBYTE)).toBe(1);
    expect(buffer.takeAll()).toEqual(['small']);
  });
});
