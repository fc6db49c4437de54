import { validate, version } from 'uuid';
import { newId } from './new-id.js';
import { randomBytes } from './random-bytes.js';

const MANY = 20_000;

describe('random bytes', () => {
  it('are as many as asked for, and others each time', () => {
    const each = Array.from({ length: MANY }, () => randomBytes(16).toString('hex'));
    expect(new Set(each).size).toBe(MANY);
    expect(each.every((text) => text.length === 32)).toBe(true);
    expect(randomBytes(4_096)).toHaveLength(4_096);
  });

  it('stay what they are when others are asked for', () => {
    const bytes = randomBytes(16);
    const before = bytes.toString('hex');
    for (let time = 0; time < 1_000; time++) randomBytes(16);
    expect(bytes.toString('hex')).toBe(before);
  });

  it('have each value as often as the others', () => {
    const counts = new Array<number>(256).fill(0);
    for (let time = 0; time < MANY; time++) for (const byte of randomBytes(24)) counts[byte]!++;
    const expected = (MANY * 24) / 256;
    // More than eight standard deviations off would not happen in the life of the universe.
    const most = 8 * Math.sqrt(expected);
    expect(counts.filter((count) => Math.abs(count - expected) > most)).toEqual([]);
  });
});

describe('a new id', () => {
  it('is a UUIDv7 of this moment', () => {
    const before = Date.now();
    const id = newId();
    expect(validate(id) && version(id)).toBe(7);
    const at = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
  });

  it('comes after all before it', () => {
    const ids = Array.from({ length: MANY }, newId);
    expect(new Set(ids).size).toBe(MANY);
    expect(ids).toEqual([...ids].sort());
  });
});
