import { fromBase64, fromHex, sha256FromBase64 } from './signature-bytes.js';

const HEX = '0123456789abcdef'.repeat(4);

describe('fromHex', () => {
  it('reads 64 lower-case digits', () => {
    expect(fromHex(HEX)?.toString('hex')).toBe(HEX);
  });

  it.each([
    '',
    HEX.slice(2),
    `${HEX}00`,
    HEX.toUpperCase(),
    `${HEX.slice(1)}g`,
    ` ${HEX.slice(1)}`,
    `${HEX}\n`,
    '\u00e9'.repeat(64),
  ])('refuses %j', (text) => {
    expect(fromHex(text)).toBeUndefined();
  });
});

describe('fromBase64', () => {
  it('reads the one text that encodes the bytes', () => {
    expect(fromBase64('AQID')).toEqual(Buffer.from([1, 2, 3]));
    expect(fromBase64('AQI=')).toEqual(Buffer.from([1, 2]));
  });

  it.each(['', '=', 'AQI', 'AQJ=', 'AQ ID', 'AQID\n', 'AQ-_', 'AQID====', '\u00e9\u00e9\u00e9\u00e9'])(
    'refuses %j',
    (text) => {
      expect(fromBase64(text)).toBeUndefined();
    },
  );

  it('knows how long a SHA-256 is', () => {
    expect(sha256FromBase64(Buffer.alloc(32).toString('base64'))).toHaveLength(32);
    expect(sha256FromBase64(Buffer.alloc(31).toString('base64'))).toBeUndefined();
    expect(sha256FromBase64(Buffer.alloc(33).toString('base64'))).toBeUndefined();
  });
});
