import { parseJson } from './parse-json.js';

const parse = (text: string) => parseJson(Buffer.from(text));
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

const NOT_JSON = { ok: false, message: 'The body is not valid JSON' };
const TOO_DEEP = { ok: false, message: 'The body is nested deeper than 200' };
const NOT_UTF8 = { ok: false, message: 'The body is not valid UTF-8' };

describe('parseJson', () => {
  it.each([
    'null',
    '0',
    '""',
    ' {"a" : [1, 2.5e3, true]}\r\n',
    '{"größe":"😀\\ud83d\\ude00"}',
    '{"a":1,"a":2}',
  ])('parses %s', (text) => {
    expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
  });

  it('makes a field of __proto__, and no prototype', () => {
    const parsed = parse('{"__proto__":{"admin":true}}');
    if (!parsed.ok) throw new Error('must be parsed');
    expect((parsed.value as { admin?: unknown }).admin).toBeUndefined();
    expect(Object.keys(parsed.value as object)).toEqual(['__proto__']);
  });

  it.each([
    '',
    ' ',
    '{',
    '{"a":1}}',
    '{"a":1} {"b":2}',
    "{'a':1}",
    '{"a":1,}',
    '[1 2]',
    'NaN',
    'undefined',
    '// comment\n1',
    '"\u0001"',
    ']]]',
    '"',
    '"\\',
    '"\\u12"',
  ])('refuses %j', (text) => {
    expect(parse(text)).toEqual(NOT_JSON);
  });

  it('refuses a byte order mark', () => {
    expect(parse('\ufeff{}')).toEqual(NOT_JSON);
  });

  it('refuses UTF-16, and ISO 8859-1', () => {
    expect(parseJson(Buffer.from('\ufeff{"a":1}', 'utf16le'))).toEqual(NOT_UTF8);
    expect(parseJson(Buffer.from('{"a":"größe"}', 'latin1'))).toEqual(NOT_UTF8);
  });

  it.each([
    ['a continuation byte alone', [0x80]],
    ['a sequence cut off', [0xe2, 0x82]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a character above the last', [0xf4, 0x90, 0x80, 0x80]],
  ])('refuses %s', (_, bytes) => {
    expect(parseJson(Buffer.from([0x22, ...bytes, 0x22]))).toEqual(NOT_UTF8);
  });

  it('parses 200 levels and no more', () => {
    expect(parse(nested(200)).ok).toBe(true);
    expect(parse(nested(201))).toEqual(TOO_DEEP);
    expect(parse('{"a":'.repeat(200) + '1' + '}'.repeat(200)).ok).toBe(true);
    expect(parse('[{"a":'.repeat(101) + '1' + '}]'.repeat(101))).toEqual(TOO_DEEP);
  });

  it('refuses 100,000 levels, whether they are closed or not', () => {
    expect(parse(nested(100_000))).toEqual(TOO_DEEP);
    expect(parse('['.repeat(100_000))).toEqual(TOO_DEEP);
    expect(parse('{"a":'.repeat(100_000))).toEqual(TOO_DEEP);
  });

  it('holds a body of any size to the same rules', () => {
    for (const padding of [0, 10_000]) {
      const padded = (text: string): string => `["${'x'.repeat(padding)}",${text}]`;
      expect(parse(padded(nested(199))).ok).toBe(true);
      expect(parse(padded(nested(200)))).toEqual(TOO_DEEP);
      expect(parse(padded('1e308')).ok).toBe(true);
      expect(parse(padded('1e309'))).toEqual({
        ok: false,
        message: 'The body has a number that is too large',
      });
    }
  });

  it('counts levels, not brackets', () => {
    expect(parse(`[${Array(10_000).fill('[{}]').join(',')}]`).ok).toBe(true);
  });

  it.each([
    ['brackets', '['.repeat(300)],
    ['quotes and brackets', '"['.repeat(300)],
    ['backslashes and brackets', '\\['.repeat(300)],
    ['a backslash at the end', `${'{'.repeat(300)}\\`],
    ['an escaped backslash before the quote', '\\"[{'.repeat(300)],
  ])('does not count what stands in a text: %s', (_, text) => {
    const value = { [text]: text };
    expect(parse(JSON.stringify(value))).toEqual({ ok: true, value });
  });

  it('counts on after a text that ends with a backslash', () => {
    expect(parse(`["\\\\",${nested(200)}]`)).toEqual(TOO_DEEP);
  });

  it('takes names of 4096 bytes and no longer ones, and texts of any length', () => {
    const long = { ok: false, message: 'The body has a name longer than 4096 bytes' };
    const named = (bytes: number) => `{"a":{"${'x'.repeat(bytes)}" : 1}}`;
    expect(parse(named(4096)).ok).toBe(true);
    expect(parse(named(4097))).toEqual(long);
    expect(parse(`{"${'ö'.repeat(2049)}":1}`)).toEqual(long);
    expect(parse(JSON.stringify({ text: 'x'.repeat(100_000), list: ['y'.repeat(5000)], last: 1 })).ok).toBe(
      true,
    );
  });

  it.each(['1e999', '[-1e999]', '{"a":[{"b":1E+400}]}', `1${'0'.repeat(309)}`, `1${'0'.repeat(300)}e9`])(
    'refuses a number that would be infinite: %j',
    (text) => {
      expect(parse(text)).toEqual({ ok: false, message: 'The body has a number that is too large' });
    },
  );

  it.each([
    ['9007199254740993', 9007199254740992],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['1e-999', 0],
    ['-0', -0],
    [`0.${'1'.repeat(400)}`, 1 / 9],
    ['"1e999"', '1e999'],
    ['[true,false,1e3]', [true, false, 1000]],
  ])('takes of %j what a double can hold of it', (text, value) => {
    expect(parse(text)).toEqual({ ok: true, value });
  });

  it('refuses more values than anybody means to send', () => {
    const values = (count: number) => `[${Array(count).fill('1').join(',')}]`;
    expect(parse(values(499_999)).ok).toBe(true);
    expect(parse(values(500_001))).toEqual({ ok: false, message: 'The body has more than 500000 values' });
  });
});
