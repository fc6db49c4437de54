import { mediaTypeOf, readPayload } from './payload.js';

describe('mediaTypeOf', () => {
  it.each([
    ['application/json', 'application/json'],
    [' Application/JSON ; charset=utf-8', 'application/json'],
    ['application/x-www-form-urlencoded;charset=UTF-8', 'application/x-www-form-urlencoded'],
    ['', ''],
    [';', ''],
    [undefined, ''],
  ])('of %j is %j', (contentType, mediaType) => {
    expect(mediaTypeOf(contentType)).toBe(mediaType);
  });
});

describe('readPayload', () => {
  it.each([undefined, 'application/json', 'application/json; charset=utf-8', 'text/plain'])(
    'reads JSON of the type %j',
    (contentType) => {
      expect(readPayload(Buffer.from('{"größe":[1,null]}'), contentType)).toEqual({ größe: [1, null] });
    },
  );

  it.each(['application/x-www-form-urlencoded', 'Application/X-WWW-Form-Urlencoded; charset=utf-8'])(
    'reads a form of the type %j',
    (contentType) => {
      expect(readPayload(Buffer.from('a=1&b=%7B%7D'), contentType)).toEqual({ a: '1', b: '{}' });
    },
  );

  it('throws for what cannot have been accepted', () => {
    expect(() => readPayload(Buffer.from('a=%'), 'application/x-www-form-urlencoded')).toThrow(
      'not percent-encoded',
    );
    expect(() => readPayload(Buffer.from('a=1'), undefined)).toThrow(SyntaxError);
  });
});
