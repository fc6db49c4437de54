import { atLeast, atMost, judge } from './finding.js';

describe('a goal', () => {
  it.each([
    [atLeast(7, ' × baseline'), 7, 'reached'],
    [atLeast(7, ' × baseline'), 6.99, 'missed'],
    [atMost(15, ' ms'), 15, 'reached'],
    [atMost(15, ' ms'), 15.01, 'missed'],
    [atLeast(1, ''), NaN, 'unknown'],
    [atMost(1, ''), NaN, 'unknown'],
  ])('%j with %d is %s', (goal, result, verdict) => {
    expect(judge({ goal, result })).toBe(verdict);
  });
});
