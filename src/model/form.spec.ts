import { parseForm } from './form.js';

const parse = (text: string) => parseForm(Buffer.from(text));

const NOT_ENCODED = { ok: false, message: 'The form is not percent-encoded UTF-8' };
const NOT_UTF8 = { ok: false, message: 'The body is not valid UTF-8' };

describe('parseForm', () => {
  it.each<[string, Record<string, string>]>([
    ['', {}],
    ['&&', {}],
    ['a=1', { a: '1' }],
    ['a=1&b=2&', { a: '1', b: '2' }],
    ['a', { a: '' }],
    ['a=', { a: '' }],
    ['=1', { '': '1' }],
    ['a=b=c', { a: 'b=c' }],
    ['a+b=c+d%2Be', { 'a b': 'c d+e' }],
    ['%61%3D=%26%25', { 'a=': '&%' }],
    ['gr%C3%B6%c3%9fe=%F0%9F%98%80', { größe: '😀' }],
    ['größe=😀', { größe: '😀' }],
    ['a=%00%0D%0A', { a: '\0\r\n' }],
    ['payload=%7B%22id%22%3A1%7D', { payload: '{"id":1}' }],
  ])('reads %j', (text, value) => {
    expect(parse(text)).toEqual({ ok: true, value });
  });

  it('takes the last of several fields of one name', () => {
    expect(parse('a=1&b=2&%61=3')).toEqual({ ok: true, value: { a: '3', b: '2' } });
  });

  it('makes a field of __proto__, and no prototype', () => {
    const parsed = parse('__proto__=admin&constructor=1&toString=2');
    if (!parsed.ok) throw new Error('must be parsed');
    expect(Object.keys(parsed.value)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(parsed.value)).toBe(Object.prototype);
  });

  it.each(['a=%', 'a=%4', 'a=%zz', '%=1', 'a=%u0041', 'a=1&b=100%&c=2'])(
    'refuses %j, which is no percent-encoding',
    (text) => {
      expect(parse(text)).toEqual(NOT_ENCODED);
    },
  );

  it.each([
    ['a continuation byte alone', 'a=%80'],
    ['a sequence cut off', 'a=%E2%82'],
    ['an overlong slash', 'a=%C0%AF'],
    ['half of a surrogate pair', 'a=%ED%A0%80'],
    ['a character above the last', 'a=%F4%90%80%80'],
    ['ISO 8859-1', 'gr%F6%DFe=1'],
  ])('refuses %s, in code', (_, text) => {
    expect(parse(text)).toEqual(NOT_ENCODED);
  });

  it('refuses what is no UTF-8 as it stands', () => {
    expect(parseForm(Buffer.from('größe=1', 'latin1'))).toEqual(NOT_UTF8);
    // Half of the character in bytes, the other half in code.
    expect(parseForm(Buffer.from([0x61, 0x3d, 0xc3, 0x25, 0x42, 0x36]))).toEqual(NOT_UTF8);
  });

  it('refuses more fields than anybody means to send', () => {
    const fields = (count: number) => Array.from({ length: count }, (_, index) => `f${index}=1`).join('&');
    expect(parse(fields(1000)).ok).toBe(true);
    expect(parse(fields(1001))).toEqual({ ok: false, message: 'The form has more than 1000 fields' });
  });
});
