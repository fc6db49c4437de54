import { findDoubledHeader } from './doubled-header.js';

const JSON_TYPE = ['Content-Type', 'application/json'];

describe('a doubled header', () => {
  it.each([
    [['Host', 'a', 'host', 'a'], 'host'],
    [[...JSON_TYPE, 'Host', 'a', 'CONTENT-TYPE', 'text/plain'], 'content-type'],
    [[...JSON_TYPE, ...JSON_TYPE], 'content-type'],
    [['Content-Length', '1', 'Content-Length', '2'], 'content-length'],
    [['Content-Encoding', 'identity', 'Content-Encoding', 'gzip'], 'content-encoding'],
    [['Host', 'a', 'X-Content-Type', 'b', 'Host', ''], 'host'],
  ])('is found in %j', (rawHeaders, name) => {
    expect(findDoubledHeader(rawHeaders)).toBe(name);
  });

  it.each([
    [[]],
    [['Host', 'a', ...JSON_TYPE, 'Content-Length', '2']],
    [['Host', 'content-type', 'X-Name', 'host', ...JSON_TYPE]],
    [['Accept', 'a', 'Accept', 'b', 'Via', 'c', 'Via', 'd', '__proto__', 'e', '__proto__', 'f']],
  ])('is not found in %j', (rawHeaders) => {
    expect(findDoubledHeader(rawHeaders)).toBeUndefined();
  });
});
