import { Latencies } from './latencies.js';
import { medianOf, quantilesOf } from './measurement.js';

describe('the median of rounds', () => {
  const names = { contender: 'service', what: 'acks' };

  it('is that of each figure, by itself', () => {
    const rounds = [
      { ...names, perSecond: 100, p99: 9 },
      { ...names, perSecond: 300, p99: 1 },
      { ...names, perSecond: 200, p99: 5 },
    ];
    expect(medianOf(rounds)).toEqual({ ...names, perSecond: 200, p99: 5 });
  });

  it('has no figure that no round has, and keeps each note once', () => {
    const rounds = [
      { ...names, p50: undefined, note: 'one' },
      { ...names, p50: undefined, note: 'two' },
      { ...names, p50: undefined },
      { ...names, p50: undefined, note: 'one' },
    ];
    expect(medianOf(rounds)).toEqual({ ...names, p50: undefined, note: 'one; two' });
  });

  it('needs a round', () => {
    expect(() => medianOf([])).toThrow('no round');
  });
});

it('tells p50, p99 and p99.9 of latencies', () => {
  const latencies = new Latencies();
  for (let index = 1; index <= 1_000; index++) latencies.record(index / 10_000);
  expect(quantilesOf(latencies)).toEqual({ p50: 0.05, p99: 0.099, p999: 0.1 });
});
