import { Slots } from './slots.js';

describe('slots', () => {
  it('let so many run at a time, the others in the order in which they came', async () => {
    const slots = new Slots(2);
    const started: number[] = [];
    const ends: (() => void)[] = [];
    const all = [0, 1, 2, 3].map((index) =>
      slots.use(async () => {
        started.push(index);
        await new Promise<void>((resolve) => (ends[index] = resolve));
        return index;
      }),
    );
    await settle();
    expect(started).toEqual([0, 1]);
    ends[1]?.();
    await settle();
    expect(started).toEqual([0, 1, 2]);
    ends[0]?.();
    ends[2]?.();
    await settle();
    ends[3]?.();
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3]);
  });

  it('let one have all of them to itself, and nobody overtake it', async () => {
    const slots = new Slots(2);
    const log: string[] = [];
    const ends = new Map<string, () => void>();
    const work = (name: string) => async () => {
      log.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
    };
    const all = [
      slots.use(work('a')),
      slots.useAll(work('alone')),
      slots.use(work('b')),
      slots.use(work('c')),
    ];
    await settle();
    expect(log).toEqual(['a']);
    ends.get('a')?.();
    await settle();
    expect(log).toEqual(['a', 'alone']);
    ends.get('alone')?.();
    await settle();
    expect(log).toEqual(['a', 'alone', 'b', 'c']);
    ends.get('b')?.();
    ends.get('c')?.();
    await Promise.all(all);
  });

  it('are free again after work that failed', async () => {
    const slots = new Slots(1);
    await expect(slots.use(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await slots.use(() => Promise.resolve('yes'))).toBe('yes');
  });
});

async function settle(): Promise<void> {
  await new Promise(setImmediate);
}
