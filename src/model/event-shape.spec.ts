import {
  ALWAYS,
  learnShapes,
  MOST_KNOWN_FIELDS,
  NOTHING_KNOWN,
  type KnownShape,
  type PayloadShape,
} from './event-shape.js';

/** A payload with these fields, all of whose objects were read. */
function shape(...fields: string[]): PayloadShape {
  const parents = fields.map((path) => path.slice(0, path.lastIndexOf('/')));
  return { fields, open: [...new Set(['', ...parents])] };
}

const times = (count: number, one: PayloadShape): PayloadShape[] => Array<PayloadShape>(count).fill(one);

/** Learns one after the other, and gives what was found. */
function drifts(...shapes: readonly PayloadShape[]): string[] {
  let known: KnownShape = NOTHING_KNOWN;
  return shapes.flatMap((one) => {
    const learnt = learnShapes(known, [one]);
    known = JSON.parse(JSON.stringify(learnt.known)) as KnownShape;
    return learnt.drifts.map(({ path, change }) => `${path} ${change}`);
  });
}

describe('a field', () => {
  it('that was always there is gone with the first payload that lacks it, once', () => {
    expect(drifts(...times(ALWAYS, shape('/a', '/b')), ...times(3, shape('/a')))).toEqual(['/b gone']);
  });

  it('that was there too seldom for an always is not missed', () => {
    expect(drifts(...times(ALWAYS - 1, shape('/a', '/b')), ...times(3, shape('/a')))).toEqual([]);
  });

  it('that came again comes and goes from then on, which is no news', () => {
    const both = shape('/a', '/b');
    const found = drifts(...times(ALWAYS, both), shape('/a'), ...times(2 * ALWAYS, both), shape('/a'));
    expect(found).toEqual(['/b gone', '/b returned']);
  });

  it('that was never there is new, once', () => {
    expect(drifts(...times(ALWAYS, shape('/a')), ...times(2, shape('/a', '/b')))).toEqual(['/b new']);
    expect(drifts(...times(ALWAYS - 1, shape('/a')), ...times(2, shape('/a', '/b')))).toEqual([]);
  });

  it('that was new is missed when it has been there for long', () => {
    const both = shape('/a', '/b');
    expect(drifts(...times(ALWAYS, shape('/a')), ...times(ALWAYS, both), shape('/a'))).toEqual([
      '/b new',
      '/b gone',
    ]);
  });

  it('of an object is no news where the object is', () => {
    const deep = shape('/a', '/o', '/o/x', '/o/y');
    expect(drifts(...times(ALWAYS, deep), shape('/a'))).toEqual(['/o gone']);
    expect(drifts(...times(ALWAYS, shape('/a')), deep)).toEqual(['/o new']);
  });

  it('of an object that is not always there is judged by those that have it', () => {
    const [full, half, without] = [shape('/a', '/o', '/o/x'), shape('/a', '/o'), shape('/a')];
    const mixed = Array.from({ length: ALWAYS }, () => [full, without]).flat();
    expect(drifts(...mixed, { ...half, open: ['', '/o'] })).toEqual(['/o/x gone']);
    // An object that was not read to its end says nothing.
    expect(drifts(...mixed, half)).toEqual([]);
  });

  it('named by a key, or an element, is never one of those', () => {
    expect(drifts(...times(ALWAYS, shape('/l', '/l/*')), { fields: ['/l'], open: ['', '/l'] })).toEqual([]);
    expect(drifts(...times(ALWAYS, { fields: ['/l'], open: ['', '/l'] }), shape('/l', '/l/*'))).toEqual([]);
  });

  it('is no news where most fields come and go', () => {
    const named = Array.from({ length: ALWAYS + 5 }, (_, index) => shape('/m', `/m/name-${index}`));
    expect(drifts(...named)).toEqual([]);
  });
});

it('remembers so many fields and no more', () => {
  const many = Array.from({ length: 100 }, (_, index) =>
    shape(...Array.from({ length: 100 }, (_each, field) => `/f${index}x${field}`)),
  );
  const { known, drifts: found } = learnShapes(NOTHING_KNOWN, many);
  expect(Object.keys(known.fields)).toHaveLength(MOST_KNOWN_FIELDS);
  expect(found).toEqual([]);
});

it('learns nothing of a payload that could not be read', () => {
  expect(learnShapes(NOTHING_KNOWN, [{ fields: [], open: [] }])).toEqual({
    known: NOTHING_KNOWN,
    drifts: [],
  });
});
