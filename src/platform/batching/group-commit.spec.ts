import { GroupCommit, type GroupLimits } from './group-commit.js';

const LIMITS: GroupLimits = { rows: 3, bytes: 100, flushes: 1, waitingBytes: 200 };

interface Flush {
  readonly items: readonly string[];
  /** Ends it as a flush ends that gives every item in capitals. */
  done(): void;
  end(results: readonly string[]): void;
  fail(error: Error): void;
}

/** A group commit whose flushes are ended by hand. */
function open(limits: Partial<GroupLimits> = {}) {
  const flushes: Flush[] = [];
  const group = new GroupCommit<string, string>(
    (items) =>
      new Promise((resolve, reject) => {
        const done = () => resolve(items.map((item) => item.toUpperCase()));
        flushes.push({ items, done, end: resolve, fail: reject });
      }),
    { ...LIMITS, ...limits },
  );
  const add = (item: string, bytes = 1) => {
    const added = group.add(item, bytes);
    // Whether a failure is awaited is the test's affair.
    added?.catch(() => undefined);
    return added;
  };
  return { add, flushes, groups: () => flushes.map(({ items }) => items.join('')) };
}

/** Long enough for whatever goes at once to go. */
const soon = async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
};

describe('a group commit', () => {
  it('flushes a single item at once', async () => {
    const { add, flushes, groups } = open();
    const result = add('a');
    await soon();
    expect(groups()).toEqual(['a']);
    flushes[0]!.done();
    expect(await result).toBe('A');
  });

  it('flushes together what comes in one turn, in its order', async () => {
    const { add, groups } = open({ rows: 100 });
    for (const item of 'abcdefgh') add(item);
    await soon();
    expect(groups()).toEqual(['abcdefgh']);
  });

  it('gathers what comes while it is busy, and flushes that next', async () => {
    const { add, flushes, groups } = open();
    add('a');
    await soon();
    for (const item of 'bc') {
      add(item);
      await soon();
    }
    expect(groups()).toEqual(['a']);
    flushes[0]!.done();
    await soon();
    expect(groups()).toEqual(['a', 'bc']);
  });

  it('makes no more flushes at a time than it may', async () => {
    const { add, flushes, groups } = open({ rows: 1, flushes: 2 });
    for (const item of 'abcd') add(item);
    await soon();
    expect(groups()).toEqual(['a', 'b']);
    flushes[1]!.done();
    await soon();
    expect(groups()).toEqual(['a', 'b', 'c']);
    flushes[0]!.done();
    flushes[2]!.done();
    await soon();
    expect(groups()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('puts no more rows into a flush than it may', async () => {
    const { add, groups } = open({ rows: 3, flushes: 10 });
    for (const item of 'abcdefg') add(item);
    await soon();
    expect(groups()).toEqual(['abc', 'def', 'g']);
  });

  it('puts no more bytes into a flush than it may', async () => {
    const { add, groups } = open({ bytes: 100, waitingBytes: 1000, flushes: 10 });
    add('a', 60);
    add('b', 40);
    add('c', 61);
    add('d', 40);
    add('e', 1);
    await soon();
    expect(groups()).toEqual(['ab', 'c', 'de']);
  });

  it('flushes an item that is larger than a flush may be by itself', async () => {
    const { add, flushes, groups } = open({ bytes: 100, waitingBytes: 1000, flushes: 10 });
    add('a', 1);
    const large = add('b', 500);
    add('c', 1);
    await soon();
    expect(groups()).toEqual(['a', 'b', 'c']);
    flushes[1]!.done();
    expect(await large).toBe('B');
  });

  it('gives each caller the result of its own item, once', async () => {
    const { add, flushes } = open({ rows: 1000, bytes: 10_000, waitingBytes: 10_000 });
    const items = Array.from({ length: 500 }, (_, index) => `item ${index}`);
    const results = items.map((item) => add(item));
    await soon();
    flushes[0]!.done();
    expect(await Promise.all(results)).toEqual(items.map((item) => item.toUpperCase()));
  });

  it('gives a failure to every caller of that flush and to no other', async () => {
    const { add, flushes } = open({ rows: 2, flushes: 2 });
    const [a, b, c] = [add('a'), add('b'), add('c')];
    await soon();
    const failure = new Error('connection lost');
    flushes[0]!.fail(failure);
    flushes[1]!.done();
    await expect(a).rejects.toBe(failure);
    await expect(b).rejects.toBe(failure);
    expect(await c).toBe('C');
  });

  it('goes on after a failure', async () => {
    const { add, flushes } = open();
    add('a');
    await soon();
    const next = add('b');
    flushes[0]!.fail(new Error('connection lost'));
    await soon();
    flushes[1]!.done();
    expect(await next).toBe('B');
  });

  it('lets nobody wait for a result that a flush has forgotten', async () => {
    const { add, flushes } = open();
    const [a, b] = [add('a'), add('b')];
    await soon();
    flushes[0]!.end(['A']);
    expect(await a).toBe('A');
    await expect(b).rejects.toThrow('fewer results than it had items');
  });

  it('fails, and goes on, when the flush throws before it has begun', async () => {
    let calls = 0;
    const group = new GroupCommit<string, string>(() => {
      if (calls++ === 0) throw new Error('not now');
      return Promise.resolve(['ok']);
    }, LIMITS);
    await expect(group.add('a', 1)).rejects.toThrow('not now');
    expect(await group.add('b', 1)).toBe('ok');
  });
});

describe('a full group commit', () => {
  it('turns away what would be too much to wait, at once, and takes more when there is room', async () => {
    const { add, flushes, groups } = open({ bytes: 1000, waitingBytes: 200 });
    add('a', 150); // in hand, no longer waiting
    await soon();
    add('b', 150);
    expect(add('c', 51)).toBeUndefined();
    expect(add('d', 50)).toBeInstanceOf(Promise);
    expect(add('e', 1)).toBeUndefined();
    flushes[0]!.done();
    await soon();
    expect(groups()).toEqual(['a', 'bd']);
    expect(add('f', 200)).toBeInstanceOf(Promise);
  });

  it('takes a single item however large it is', async () => {
    const { add, flushes } = open({ waitingBytes: 10 });
    const large = add('a', 1_000_000);
    expect(add('b', 1)).toBeUndefined();
    await soon();
    flushes[0]!.done();
    expect(await large).toBe('A');
  });
});
