import { ActionError } from '../../../model/index.js';
import { circuitOf, resolveTarget, type HttpTarget } from './target.js';

const httpTargets = new Map([
  ['root', 'https://root.example.org'],
  ['slash', 'https://root.example.org/'],
  ['api', 'http://10.0.0.7:8080/api/v2'],
]);
const resolve = (given: unknown, httpAllowPrivate: 'yes' | 'no' = 'no') =>
  resolveTarget(given as HttpTarget, { httpTargets, httpAllowPrivate });

function faultOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('a named target', () => {
  it.each([
    ['root', '/', 'https://root.example.org/'],
    ['slash', '/shipments', 'https://root.example.org/shipments'],
    ['root', '/shipments/1?a=b#c', 'https://root.example.org/shipments/1?a=b#c'],
    ['api', '/shipments', 'http://10.0.0.7:8080/api/v2/shipments'],
    ['api', '/a/../b', 'http://10.0.0.7:8080/api/v2/b'],
    ['api', '//evil.example.org/x', 'http://10.0.0.7:8080/api/v2//evil.example.org/x'],
    ['root', '/@evil.example.org', 'https://root.example.org/@evil.example.org'],
    ['api', '/größe é', 'http://10.0.0.7:8080/api/v2/gr%C3%B6%C3%9Fe%20%C3%A9'],
  ])('%s with %j is %s, wherever that is', (target, path, href) => {
    expect(resolve({ target, path })).toEqual({ url: new URL(href), mayBePrivate: true });
  });

  it.each(['', 'shipments', '@evil.example.org', '.evil.example.org/', ':81/', undefined, null, 7])(
    'has no path %j',
    (path) => {
      expect(faultOf(() => resolve({ target: 'root', path }))).toMatchObject({
        code: 'input_invalid',
        message: 'The path of a target must be a text that starts with a slash',
      });
    },
  );

  it.each(['/..', '/../v1', '/../../admin', '/a/../../x', '/%2e%2e/x', '/.%2E/', '/\\..\\..\\x', '/../v2x'])(
    'is not left by %j',
    (path) => {
      expect(faultOf(() => resolve({ target: 'api', path }))).toMatchObject({
        code: 'input_invalid',
        message: 'The path leads out of the target api',
      });
    },
  );

  it.each(['shop', '', 'ROOT', 'constructor', null, {}])('is not %j', (target) => {
    const fault = faultOf(() => resolve({ target, path: '/' }));
    expect(fault).toBeInstanceOf(ActionError);
    expect(fault).toMatchObject({ code: 'input_invalid' });
    expect(String(fault)).toContain('HTTP_TARGETS');
  });
});

describe('a url', () => {
  it('is HTTPS, and public', () => {
    expect(resolve({ url: 'https://shop.example.org/x' })).toEqual({
      url: new URL('https://shop.example.org/x'),
      mayBePrivate: false,
    });
  });

  it('may be HTTP and private where that is allowed', () => {
    expect(resolve({ url: 'http://10.0.0.1' }, 'yes')).toEqual({
      url: new URL('http://10.0.0.1'),
      mayBePrivate: true,
    });
  });

  it.each([
    ['http://shop.example.org', 'The url must start with https://, unless HTTP_ALLOW_PRIVATE is yes'],
    ['ftp://shop.example.org', 'The url must start with https://'],
    ['file:///etc/passwd', 'The url must start with https://'],
    ['data:text/plain,x', 'The url must start with https://'],
    ['https://user@shop.example.org', 'The url must have no user and no password'],
    ['https://:pw@shop.example.org', 'The url must have no user and no password'],
    ['/shipments', 'The url is not one'],
    ['https://', 'The url is not one'],
    ['', 'The url is not one'],
    [null, 'The url is not one'],
    [['https://shop.example.org'], 'The url is not one'],
  ])('%j is refused', (url, message) => {
    expect(faultOf(() => resolve({ url }))).toMatchObject({ code: 'input_invalid', message });
  });
});

it.each([{}, { path: '/x' }, { target: 'root', path: '/', url: 'https://a.example.org' }])(
  '%j is no target',
  (given) => {
    expect(faultOf(() => resolve(given))).toMatchObject({
      code: 'input_invalid',
      message: 'Either a target and a path must be given, or a url',
    });
  },
);

describe('the circuit of a target', () => {
  it.each([
    ['https://Shop.example.org/x', 'http:shop.example.org:443'],
    ['http://shop.example.org', 'http:shop.example.org:80'],
    ['https://shop.example.org:8443', 'http:shop.example.org:8443'],
    ['http://[::1]:81/', 'http:[::1]:81'],
  ])('%s is %s', (url, circuit) => {
    expect(circuitOf(new URL(url))).toBe(circuit);
  });
});
