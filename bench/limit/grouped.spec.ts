import { grouped } from './grouped.js';

describe('grouped calls', () => {
  it('that come together are handled together, each with its own outcome', async () => {
    const sizes: number[] = [];
    const double = grouped((items: readonly number[]) => {
      sizes.push(items.length);
      return Promise.resolve(items.map((item) => item * 2));
    }, 1);
    const outcomes = await Promise.all(Array.from({ length: 450 }, (_, item) => double(item)));
    expect(outcomes).toEqual(Array.from({ length: 450 }, (_, item) => item * 2));
    expect(sizes).toEqual([200, 200, 50]);
  });

  it('fail together, and those after them do not', async () => {
    let fails = true;
    const call = grouped((items: readonly string[]) => {
      if (fails) return Promise.reject(new Error('away'));
      return Promise.resolve(items);
    }, 1);
    const failed = await Promise.allSettled([call('a'), call('b')]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fails = false;
    await expect(call('c')).resolves.toBe('c');
  });
});
