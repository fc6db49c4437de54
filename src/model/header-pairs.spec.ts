import { headerPairs } from './header-pairs.js';

describe('pairs of headers', () => {
  const setting = headerPairs({ name: 'HEADERS', description: 'Some headers.' });
  const parse = (text: string) => {
    const parsed = setting.parse(text);
    return parsed.ok ? Object.fromEntries(parsed.value) : parsed.fault;
  };

  it.each([
    ['', {}],
    ['api-key=abc', { 'api-key': 'abc' }],
    ['Authorization=Basic%20YTpi, x-tenant = one ,', { authorization: 'Basic YTpi', 'x-tenant': 'one' }],
    ['key=a=b', { key: 'a=b' }],
  ])('are read from %j', (text, headers) => {
    expect(parse(text)).toEqual(headers);
  });

  it.each([
    'key',
    'ok=1,=secret',
    'ok=1,a b=secret',
    'ok=1,key=secret%0d%0ax',
    'ok=1,key=secret%',
    'ok=1,key=',
  ])('are not in %j, and nothing of it is shown', (text) => {
    expect(parse(text)).toMatch(/^must be name=value, separated by commas: number [12] is not$/);
  });

  it('are a secret', () => {
    expect(setting.secret).toBe(true);
  });
});
