import { Latencies } from './latencies.js';

function latenciesOf(...milliseconds: number[]): Latencies {
  const latencies = new Latencies();
  milliseconds.forEach((one) => latencies.record(one));
  return latencies;
}

describe('latencies', () => {
  it('have the quantiles of what was recorded, whatever the order', () => {
    const latencies = latenciesOf(0.2, 0.1, 0.04, 0.03, 0.02);
    expect([0, 0.2, 0.5, 0.8, 1].map((share) => latencies.quantile(share))).toEqual([
      0.02, 0.02, 0.04, 0.1, 0.2,
    ]);
  });

  it.each([0.255, 0.256, 1, 9.999, 65.536, 1_000, 59_999])(
    'tell %d ms with an error under one percent, and never less',
    (ms) => {
      const told = latenciesOf(ms).quantile(1);
      expect(told).toBeGreaterThanOrEqual(ms);
      expect(told).toBeLessThanOrEqual(ms * 1.01);
    },
  );

  it('keep the order of values over the borders of their buckets', () => {
    const told = Array.from({ length: 5_000 }, (_, micros) => latenciesOf(micros / 1_000).quantile(1));
    expect(told).toEqual([...told].sort((one, other) => one - other));
  });

  it('are the same after they were sent to another process', () => {
    const latencies = latenciesOf(...Array.from({ length: 1_000 }, (_, index) => index));
    const received = Latencies.of(latencies.entries);
    expect(received.count).toBe(1_000);
    expect(received.quantile(0.99)).toBe(latencies.quantile(0.99));
  });

  it('have no quantile if there are none', () => {
    expect(new Latencies().quantile(0.5)).toBeNaN();
  });
});
