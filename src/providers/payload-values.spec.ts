import { keyAt, storableKey, textAt, valueAt } from './payload-values.js';

describe('valueAt', () => {
  it('finds a nested field by its pointer', () => {
    expect(valueAt({ data: { object: { id: 'abc' } } }, '/data/object/id')).toBe('abc');
    expect(valueAt('text', '')).toBe('text');
  });

  it.each([
    '/constructor',
    '/data/toString',
    '/__proto__',
    '/list/0',
    '/list/length',
    '/text/0',
    '/nothing/a',
  ])('finds nothing at %s', (pointer) => {
    expect(valueAt({ data: {}, list: ['a'], text: 'a' }, pointer)).toBeUndefined();
  });

  it.each([null, undefined, 7, []])('finds nothing in %j', (payload) => {
    expect(valueAt(payload, '/id')).toBeUndefined();
  });
});

describe('textAt', () => {
  it('gives the text', () => {
    expect(textAt({ id: '' }, '/id')).toBe('');
  });

  it.each([{}, { id: null }, { id: 7 }, { id: ['a'] }])('does not make one of %j', (payload) => {
    expect(() => textAt(payload, '/id')).toThrow(TypeError);
  });
});

describe('keyAt', () => {
  it('gives what can be a key, and nothing else', () => {
    expect(keyAt({ id: 'pi_1' }, '/id')).toBe('pi_1');
    for (const id of [undefined, null, 7, '', 'a\u0000', '\ud800', 'x'.repeat(256)]) {
      expect(keyAt({ id }, '/id')).toBeNull();
    }
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
