import { BodyBudget } from './body-budget.js';

const MEBIBYTE = 2 ** 20;

describe('the body budget', () => {
  it('lets one source have its portion and no more, and others the rest', () => {
    const budget = new BodyBudget(100 * MEBIBYTE, 0.5);
    const give = budget.take('a', 40 * MEBIBYTE);
    expect(give).toBeDefined();
    expect(budget.take('a', 10 * MEBIBYTE)).toBeUndefined();
    expect(budget.take('a', 9 * MEBIBYTE)).toBeDefined();
    expect(budget.take('b', 45 * MEBIBYTE)).toBeDefined();
    expect(budget.take('c', 6 * MEBIBYTE)).toBeUndefined();

    give?.();
    expect(budget.take('c', 40 * MEBIBYTE)).toBeDefined();
    expect(budget.take('a', 5 * MEBIBYTE)).toBeDefined();
  });

  it('counts requests of next to nothing, too', () => {
    const budget = new BodyBudget(MEBIBYTE, 1);
    const taken = Array.from({ length: 1_000 }, () => budget.take('a', 2)).filter(Boolean);
    expect(taken.length).toBeGreaterThan(50);
    expect(taken.length).toBeLessThan(200);
    taken.forEach((give) => give?.());
    expect(budget.take('a', MEBIBYTE / 2)).toBeDefined();
  });
});
