import { contentKey } from './content-key.js';

const keyOf = (json: string) => contentKey(JSON.parse(json));

describe('contentKey', () => {
  it('stays what it is: another one would make old events new', () => {
    // printf '[{"id":"1","to":{"a":1,"b":[true,null]}}]' | sha256sum
    expect(keyOf('{"to":{"b":[true,null],"a":1},"id":"1"}')).toBe(
      '046db525526dc60b51ad0be98de75acf1bc8eee2b532931bc03836f1e0cbff80',
    );
  });

  it.each([
    ['{"a":1,"b":2}', '{"b":2,"a":1}'],
    ['{"a":{"b":1,"c":2}}', ' { "a" : { "c" : 2 , "b" : 1 } } '],
    ['[{"a":1,"b":2}]', '[{"b":2,"a":1}]'],
    ['{"10":1,"9":2}', '{"9":2,"10":1}'],
    ['"\\u00e9"', '"é"'],
  ])('of %s is that of %s', (one, other) => {
    expect(keyOf(one)).toBe(keyOf(other));
  });

  it.each([
    ['{"a":1}', '{"a":2}'],
    ['{"a":1}', '{"a":"1"}'],
    ['{"a":1}', '{"b":1}'],
    ['{"a":null}', '{}'],
    ['[1,2]', '[2,1]'],
    ['{"a":{"b":1},"c":2}', '{"a":{"b":1,"c":2}}'],
    ['{"__proto__":{"a":1}}', '{}'],
    ['{"__proto__":{"a":1}}', '{"__proto__":{"a":2}}'],
    ['["a,b"]', '["a","b"]'],
  ])('of %s is not that of %s', (one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other));
  });

  it('is there even for what is missing', () => {
    expect(contentKey(undefined)).toMatch(/^[0-9a-f]{64}$/);
  });
});
