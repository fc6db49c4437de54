import { delivered } from '../settings.fixture.js';
import { headersOf, onlyHeader, parseSource, placesOf, readSource, type Source } from './source.js';

const headers = delivered({ 'x-id': 'abc', 'x-twice': ['a', 'b'], 'x-empty': '' });
const body = JSON.parse(`{
  "id": "evt_1", "number": 42, "float": 1.5, "great": 9007199254740993, "yes": true, "none": null, "empty": "",
  "list": [{"id": "first"}], "a/b": {"c~d": "escaped"}, "__proto__": {"id": "own"}
}`) as unknown;

function source(value: unknown): Source {
  const reading = parseSource(value);
  if (!reading.ok) throw new Error(reading.fault);
  return reading.source;
}

describe('a source', () => {
  it.each([
    ['/id', 'evt_1'],
    ['/number', '42'],
    ['/list/0/id', 'first'],
    ['/a~1b/c~0d', 'escaped'],
    ['/__proto__/id', 'own'],
    ['header:X-Id', 'abc'],
    ['order.{/id}', 'order.evt_1'],
    ['{/id}-{header:X-Id}', 'evt_1-abc'],
    ['constant', 'constant'],
    [['/nothing', 'header:X-None', '/number', '/id'], '42'],
    [['{/id}.{/nothing}', '{/id}'], 'evt_1'],
  ])('%j gives %j', (value, text) => {
    expect(readSource(source(value), body, headers)).toBe(text);
  });

  it.each([
    ...[
      '/nothing',
      '/id/length',
      '/list/length',
      '/list/00',
      '/list/-1',
      '/list/1',
      '/constructor',
      '/toString',
    ],
    ...['/float', '/great', '/yes', '/none', '/empty', '/list', '/a~1b', '{/id}.{/none}', '/'],
    ...['header:X-Twice', 'header:X-Empty', 'header:X-None'],
  ])('%j gives nothing', (value) => {
    expect(readSource(source(value), body, headers)).toBeUndefined();
  });

  it.each([null, 'text', 1, [], undefined])('gives nothing of the body %j', (payload) => {
    expect(readSource(source('/id'), payload, {})).toBeUndefined();
  });

  it.each([
    ...[
      '',
      '/a~2',
      '/~',
      '{',
      '}',
      '{/id',
      '/id}x{'.slice(3),
      '{id}',
      '{}',
      'header:',
      'header:X Y',
      '{header:}',
    ],
    ...[null, 1, {}, [], [''], ['/id', 1], [['/id']]],
  ])('cannot be %j', (value) => {
    expect(parseSource(value)).toMatchObject({
      ok: false,
      fault: expect.stringMatching(/^must be/) as string,
    });
  });

  it('tells which places and headers it names', () => {
    const mixed = source(['{/id}.{header:X-Id}', 'order.{/number}', 'constant']);
    expect(placesOf(mixed)).toEqual(['/id', 'X-Id', '/number']);
    expect(headersOf(mixed)).toEqual(['x-id']);
    expect(onlyHeader(mixed)).toBeUndefined();
    expect(onlyHeader(source('header:X-Id'))).toBe('x-id');
    expect(onlyHeader(source('/id'))).toBeUndefined();
    expect(onlyHeader(source(['header:X-Id', 'header:X-Other']))).toBeUndefined();
  });
});
