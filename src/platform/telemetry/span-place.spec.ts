import { newTraceparent } from '../tracing/index.js';
import { GivenIds } from './given-ids.js';
import { SpanPlaces } from './span-place.js';

describe('the place of a span', () => {
  const placesOf = (ratio: number): SpanPlaces => new SpanPlaces(new GivenIds(), ratio);
  const UNSAMPLED = newTraceparent();
  const SAMPLED = UNSAMPLED.replace(/00$/, '01');

  it('that begins a trace is there for as many as the ratio says, by their trace ids', () => {
    const places = Array.from({ length: 2_000 }, () => placesOf(0.1).find({ parent: null }));
    const seen = places.filter((place) => place !== undefined);
    expect(seen.length).toBeGreaterThan(100);
    expect(seen.length).toBeLessThan(300);
    const again = seen.map(({ identity }) =>
      placesOf(0.1).find({ identity: `00-${identity?.traceId}-${identity?.spanId}-00` }),
    );
    expect(again).toEqual(seen);
    expect(placesOf(0).find({ parent: null })).toBeUndefined();
  });

  it('is there beneath what is sampled, whatever the ratio says, and not beneath the rest', () => {
    expect(placesOf(0).find({ parent: SAMPLED })).toMatchObject({ isSampled: true });
    expect(placesOf(1).find({ parent: UNSAMPLED })).toBeUndefined();
  });

  it('is there for what may fail, or is to be seen in any case', () => {
    expect(placesOf(0).find({ parent: UNSAMPLED, waits: 'until_failed' })).toMatchObject({
      isSampled: false,
    });
    expect(placesOf(0).find({ parent: UNSAMPLED, sampled: true })).toMatchObject({ isSampled: true });
    expect(placesOf(0).find({ identity: UNSAMPLED, sampled: true })).toMatchObject({
      isSampled: true,
      identity: { traceId: UNSAMPLED.slice(3, 35) },
    });
  });

  it('is nowhere if nothing is followed around it', () => {
    expect(placesOf(1).find({})).toBeUndefined();
  });
});
