import { readBody, storableKey, type BodyFields } from './body-fields.js';

const SHAPE = { pattern: /^[a-z]+$/, message: 'must be small letters' };

function readWith(payload: unknown, read: (fields: BodyFields) => unknown) {
  const seen: unknown[] = [];
  const reading = readBody(payload, (fields) => {
    seen.push(read(fields));
    return { account: '', deliveryKey: 'key', type: 'type', entity: null, occurredAt: null };
  });
  return { reading, seen };
}

describe('readBody', () => {
  it('finds a nested field by its pointer', () => {
    const { seen } = readWith({ data: { object: { id: 'abc' } } }, (fields) => fields.at('/data/object/id'));
    expect(seen).toEqual(['abc']);
  });

  it.each(['/constructor', '/data/toString', '/__proto__', '/list/0', '/list/length', '/text/0'])(
    'finds nothing at %s',
    (pointer) => {
      const payload = { data: {}, list: ['a'], text: 'a' };
      expect(readWith(payload, (fields) => fields.at(pointer)).seen).toEqual([undefined]);
    },
  );

  it('names all faults at once, and none of the values', () => {
    const payload = { name: 'SECRET', list: [] };
    const { reading } = readWith(payload, (fields) => {
      fields.text('/name', SHAPE);
      fields.text('/other', SHAPE);
      fields.object('/list');
    });
    expect(reading).toEqual({
      outcome: 'invalid',
      faults: [
        { path: '/name', message: 'must be small letters' },
        { path: '/other', message: 'is missing: must be small letters' },
        { path: '/list', message: 'must be an object' },
      ],
    });
  });

  it('lets an optional field be absent or null, but not wrong', () => {
    const read = (payload: unknown) =>
      readWith(payload, (fields) => fields.optionalText('/name', SHAPE)).reading.outcome;
    expect([read({}), read({ name: null }), read({ name: 'a' })]).toEqual(['read', 'read', 'read']);
    expect([read({ name: '' }), read({ name: 1 }), read({ name: 'A' })]).toEqual(Array(3).fill('invalid'));
  });
});

describe('storableKey', () => {
  it.each(['a', 'owner/repo#12', 'größer', '😀', 'x'.repeat(255)])('keeps %.20j', (text) => {
    expect(storableKey(text)).toBe(text);
  });

  it.each([undefined, null, 7, {}, '', 'x'.repeat(256), 'a\u0000b', 'a\nb', '\ud83d', '\ude00\ud83d'])(
    'drops %.20j',
    (value) => {
      expect(storableKey(value)).toBeNull();
    },
  );
});
