import { shapeOf } from './payload-shape.js';

describe('the shape of a payload', () => {
  it('has the paths of its fields, and what was read to its end', () => {
    expect(shapeOf({ id: 'evt_1', data: { object: { amount: 7, address_line1: null } } })).toEqual({
      fields: ['/id', '/data', '/data/object', '/data/object/amount', '/data/object/address_line1'],
      open: ['', '/data', '/data/object'],
    });
  });

  it('has one path for all elements of a list', () => {
    expect(shapeOf({ items: [{ sku: 'a' }, { sku: 'b', gift: true }, 7], none: [], empty: {} })).toEqual({
      fields: ['/items', '/none', '/empty', '/items/*', '/items/*/sku', '/items/*/gift'],
      open: ['', '/items', '/empty', '/items/*'],
    });
  });

  it.each([
    ['ids', { cus_9s6XKzkNRiz8i3: {}, cus_9s6XGDTHzA66Po: {} }],
    ['times', { '2026-11-30': {}, '2026-12-01': {} }],
    ['what is no name', { 'a b': {}, '': {}, 'x/y': {}, ['n'.repeat(65)]: {} }],
    ['so many names', Object.fromEntries(names(201).map((name) => [name, {}]))],
  ])('has one path for all keys that are %s', (_what, map) => {
    expect(shapeOf({ map }).fields).toEqual(['/map', '/map/*']);
  });

  it.each(['sha256', 'line1', 'x_y-z', '$ref', '@type', 'a.b', 'iso:date', 'base64url'])(
    'has the name %s',
    (name) => {
      expect(shapeOf({ [name]: 1 }).fields).toEqual([`/${name}`]);
    },
  );

  it('goes no deeper than six steps', () => {
    const deep = JSON.parse('{"a":'.repeat(100) + '1' + '}'.repeat(100)) as unknown;
    expect(shapeOf(deep).fields.at(-1)).toBe('/a/a/a/a/a/a');
    expect(shapeOf(deep).open).toHaveLength(6);
  });

  it('leaves out a level that is too much, and says that it has not read it', () => {
    const wide = Object.fromEntries(names(100).map((name) => [name, { a: 1, b: 2, c: 3, d: 4 }]));
    const { fields, open } = shapeOf({ wide, id: 1 });
    expect([fields.length, open]).toEqual([102, ['', '/wide']]);
  });

  it.each([
    ['a hundred thousand keys', Object.fromEntries(names(100_000).map((name) => [name, 1]))],
    ['a hundred thousand keys below', { a: Object.fromEntries(names(100_000).map((name) => [name, 1])) }],
    ['many lists in lists', Array(100).fill(Array(100).fill(Array(100).fill(1)))],
    ['nothing', null],
    ['a text', 'text'],
  ])('is small whatever it is of: %s', (_what, payload) => {
    expect(shapeOf(payload).fields.length).toBeLessThanOrEqual(2);
  });
});

/** Names without digits. */
function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    String(index).replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit))),
  );
}
