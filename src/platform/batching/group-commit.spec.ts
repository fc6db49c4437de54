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
function open(limits: Partial<GroupLimits> = {}, keyOf?: (item: string) => string) {
  const flushes: Flush[] = [];
  const group = new GroupCommit<string, string>(
    (items) =>
      new Promise((resolve, reject) => {
        const done = () => resolve(items.map((item) => item.toUpperCase()));
        flushes.push({ items, done, end: resolve, fail: reject });
      }),
    { ...LIMITS, ...limits },
    keyOf,
  );
  return {
    flushes,
    join: (item: string, bytes = 1) => group.join(item, bytes),
    add: (item: string, bytes = 1, rows = 1) => group.add(item, bytes, rows),
    /** For those whose results are not what the test is about; tells which of them were turned away. */
    addAll: (items: string, bytes = 1) =>
      Array.from(items).filter((item) => {
        const result = group.add(item, bytes);
        void result?.catch(() => undefined);
        return result === undefined;
      }),
    groups: () => flushes.map(({ items }) => items.join('')),
  };
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
    const { addAll, groups } = open({ rows: 100 });
    addAll('abcdefgh');
    await soon();
    expect(groups()).toEqual(['abcdefgh']);
  });

  it('gathers what comes while it is busy, and flushes that next', async () => {
    const { addAll, flushes, groups } = open();
    for (const item of 'abc') {
      addAll(item);
      await soon();
    }
    expect(groups()).toEqual(['a']);
    flushes[0]!.done();
    await soon();
    expect(groups()).toEqual(['a', 'bc']);
  });

  it('makes no more flushes at a time than it may', async () => {
    const { addAll, flushes, groups } = open({ rows: 1, flushes: 2 });
    addAll('abcd');
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
    const { addAll, groups } = open({ rows: 3, flushes: 10 });
    addAll('abcdefg');
    await soon();
    expect(groups()).toEqual(['abc', 'def', 'g']);
  });

  it('counts the rows of an item, and flushes one of more than may go together by itself', async () => {
    const { add, groups } = open({ rows: 3, flushes: 10 });
    for (const [item, rows] of Object.entries({ a: 2, b: 1, c: 2, d: 2, e: 5, f: 1 }))
      void add(item, 1, rows);
    await soon();
    expect(groups()).toEqual(['ab', 'c', 'd', 'e', 'f']);
  });

  it('puts no more bytes into a flush than it may', async () => {
    const { addAll, groups } = open({ bytes: 100, waitingBytes: 1000, flushes: 10 });
    addAll('a', 60);
    addAll('b', 40);
    addAll('c', 61);
    addAll('d', 40);
    addAll('e', 1);
    await soon();
    expect(groups()).toEqual(['ab', 'c', 'de']);
  });

  it('flushes an item that is larger than a flush may be by itself', async () => {
    const { add, addAll, flushes, groups } = open({ bytes: 100, waitingBytes: 1000, flushes: 10 });
    addAll('a', 1);
    const large = add('b', 500);
    addAll('c', 1);
    await soon();
    expect(groups()).toEqual(['a', 'b', 'c']);
    flushes[1]!.done();
    expect(await large).toBe('B');
  });

  it('puts no two items that share a key into a flush, and keeps their order', async () => {
    const { addAll, flushes, groups } = open({ rows: 100, flushes: 1 }, (item) => item.toLowerCase());
    addAll('abcABd');
    for (let flush = 0; flush < 3; flush++) {
      await soon();
      flushes[flush]?.done();
    }
    expect(groups()).toEqual(['abc', 'ABd']);
  });

  it('gives each caller the result of its own item, once', async () => {
    const { add, flushes } = open({ rows: 1000, bytes: 10_000, waitingBytes: 10_000 });
    const items = Array.from({ length: 500 }, (_, index) => `item ${index}`);
    const results = items.map(async (item) => add(item));
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
    const { add, addAll, flushes } = open();
    addAll('a');
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
    const { addAll, flushes, groups } = open({ bytes: 1000, waitingBytes: 200 });
    addAll('a', 150); // in hand, no longer waiting
    await soon();
    expect(addAll('b', 150)).toEqual([]);
    expect(addAll('c', 51)).toEqual(['c']);
    expect(addAll('d', 50)).toEqual([]);
    expect(addAll('e', 1)).toEqual(['e']);
    flushes[0]!.done();
    await soon();
    expect(groups()).toEqual(['a', 'bd']);
    expect(addAll('f', 200)).toEqual([]);
  });

  it('takes what has to be taken, however much is waiting', async () => {
    const { addAll, join, flushes } = open({ waitingBytes: 10 });
    addAll('a', 10);
    expect(addAll('b', 1)).toEqual(['b']);
    const joined = join('c', 1);
    await soon();
    flushes[0]!.done();
    expect(await joined).toBe('C');
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
