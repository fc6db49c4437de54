import { trustedProxies } from './trusted-proxies.js';

const parse = (text: string) => trustedProxies({ name: 'TRUST_PROXY', description: '' }).parse(text);

describe('trusted proxies', () => {
  it.each([
    ['', { kind: 'none' }],
    ['0', { kind: 'none' }],
    ['1', { kind: 'count', count: 1 }],
    ['20', { kind: 'count', count: 20 }],
    ['10.0.0.1', { kind: 'addresses', addresses: ['10.0.0.1'] }],
    ['10.0.0.0/8, fd00::/8,::1', { kind: 'addresses', addresses: ['10.0.0.0/8', 'fd00::/8', '::1'] }],
  ])('of "%s" are %j', (text, value) => {
    expect(parse(text)).toEqual({ ok: true, value });
  });

  it.each([
    '21',
    '-1',
    '1.5',
    'true',
    'all',
    'localhost',
    '10.0.0.256',
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0.0/',
    '10.0.0.0/x',
    '10.0.0.1,',
    '1,10.0.0.1',
    '0.0.0.0/0',
    '::/0',
  ])('refuse "%s"', (text) => {
    expect(parse(text)).toEqual({
      ok: false,
      fault: expect.stringMatching(/^must be a number of proxies/) as string,
    });
  });
});
