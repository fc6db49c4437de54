import { median, slopePerHour } from './statistics.js';

describe('a median', () => {
  it.each([
    [[3], 3],
    [[1, 9, 2], 2],
    [[4, 1, 2, 100], 3],
  ])('of %j is %d', (values, middle) => {
    expect(median(values)).toBe(middle);
  });

  it('of none is no number', () => {
    expect(median([])).toBeNaN();
  });
});

describe('a slope', () => {
  it('is that of the line through the points', () => {
    const points = [0, 60, 120, 180].map((seconds) => ({ seconds, value: 200 + seconds / 60 }));
    expect(slopePerHour(points)).toBeCloseTo(60);
  });

  it('is that of the line that fits best', () => {
    const points = [5, 1, 5, 1, 5].map((value, seconds) => ({ seconds, value }));
    expect(slopePerHour(points)).toBeCloseTo(0);
  });

  it.each([[[]], [[{ seconds: 1, value: 7 }]]])('of %j is 0', (points) => {
    expect(slopePerHour(points)).toBe(0);
  });
});
