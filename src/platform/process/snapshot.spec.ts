import { Snapshot } from './snapshot.js';

describe('a snapshot', () => {
  let now = 0;
  let questions: { resolve: (value: number) => void; reject: (error: Error) => void }[] = [];
  let snapshot: Snapshot<number>;

  beforeEach(() => {
    now = 0;
    questions = [];
    snapshot = new Snapshot(
      () => new Promise<number>((resolve, reject) => questions.push({ resolve, reject })),
      { freshMs: 10, restMs: 500, staleMs: 100 },
      () => now,
    );
  });

  /** Asks, and has the question answered. */
  async function answer(value: number): Promise<void> {
    const refreshed = snapshot.refresh(60_000);
    questions.at(-1)?.resolve(value);
    await refreshed;
  }

  it('knows nothing before its first reading', () => {
    expect([snapshot.value, snapshot.ageMs, snapshot.isUp]).toEqual([undefined, Infinity, false]);
    expect(snapshot.obstacle).toBe('unasked');
  });

  it('asks once for all who come while the answer is under way or fresh', async () => {
    const all = [snapshot.refresh(60_000), snapshot.refresh(60_000)];
    questions[0]?.resolve(1);
    await Promise.all(all);
    now = 9;
    await snapshot.refresh(60_000);
    expect(questions).toHaveLength(1);
    expect([snapshot.value, snapshot.isUp]).toEqual([1, true]);
    now = 10;
    await answer(2);
    expect(snapshot.value).toBe(2);
  });

  it('keeps nobody waiting for what hangs, and forgets what is too old', async () => {
    await answer(1);
    now = 50;
    await snapshot.refresh(1);
    expect([snapshot.value, snapshot.ageMs, snapshot.isUp]).toEqual([1, 50, false]);
    expect(snapshot.obstacle).toBe('silent');
    now = 101;
    await snapshot.refresh(1);
    expect(snapshot.value).toBeUndefined();
    expect(questions).toHaveLength(2);
    questions[1]?.resolve(2);
    await snapshot.refresh(60_000);
    expect([snapshot.value, snapshot.isUp]).toEqual([2, true]);
  });

  it('does not wait again for a question that others have waited for in vain', async () => {
    void snapshot.refresh(60_000);
    now = 60_000;
    await snapshot.refresh(60_000);
    expect([questions.length, snapshot.obstacle]).toEqual([1, 'silent']);
  });

  it('leaves what is slow alone for nine times as long as it took', async () => {
    const slow = snapshot.refresh(60_000);
    now = 20;
    questions[0]?.resolve(1);
    await slow;
    now = 199;
    await snapshot.refresh(60_000);
    expect(questions).toHaveLength(1);
    now = 200;
    await answer(2);
    expect(questions).toHaveLength(2);
  });

  it('soon asks again what has hung for long, however that ended', async () => {
    const hung = snapshot.refresh(60_000);
    now = 10_000;
    questions[0]?.reject(new Error('Query read timeout'));
    await hung;
    now = 10_499;
    await snapshot.refresh(60_000);
    expect([questions.length, snapshot.isUp]).toEqual([1, false]);
    now = 10_500;
    await answer(1);
    expect(snapshot.isUp).toBe(true);
  });

  it('asks again after a failure, no sooner than after an answer', async () => {
    const refreshed = snapshot.refresh(60_000);
    questions[0]?.reject(new Error('away'));
    await refreshed;
    expect([snapshot.value, snapshot.isUp, snapshot.obstacle]).toEqual([undefined, false, 'failed']);
    await snapshot.refresh(60_000);
    expect(questions).toHaveLength(1);
    now = 10;
    await answer(3);
    expect([snapshot.value, snapshot.obstacle]).toEqual([3, undefined]);
  });
});
