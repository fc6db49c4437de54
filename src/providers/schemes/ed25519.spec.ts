import { createPublicKey, verify } from 'node:crypto';
import { readEd25519Key, readEd25519Signature, verifiesEd25519 } from './ed25519.js';

/** RFC 8032, section 7.1, TEST 3. */
const KEY = 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025';
const SIGNATURE =
  '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac' +
  '18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a';
const MESSAGE = Buffer.from('af82', 'hex');

/** In hex, without the bit of the sign. */
const SMALL_ORDER = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
].flatMap((hex) => {
  const withSign = Buffer.from(hex, 'hex');
  withSign[31]! |= 0x80;
  return [hex, withSign.toString('hex')];
});

describe('Ed25519', () => {
  it('agrees with RFC 8032', () => {
    const key = readEd25519Key(KEY)!;
    const signature = readEd25519Signature(SIGNATURE)!;
    expect(verifiesEd25519(key, signature, [MESSAGE])).toBe(true);
    expect(verifiesEd25519(key, signature, [MESSAGE.subarray(0, 1), MESSAGE.subarray(1)])).toBe(true);
    expect(verifiesEd25519(key, signature, [MESSAGE, 'x'])).toBe(false);
    expect(verifiesEd25519(key, signature, [])).toBe(false);
    signature[63]! ^= 1;
    expect(verifiesEd25519(key, signature, [MESSAGE])).toBe(false);
  });

  it('reads a key in either case', () => {
    expect(readEd25519Key(KEY.toUpperCase())?.equals(readEd25519Key(KEY)!)).toBe(true);
  });

  it.each(['', KEY.slice(2), `${KEY}00`, `${KEY.slice(1)}g`, ` ${KEY.slice(1)}`, 'é'.repeat(64)])(
    'takes %j for no key',
    (text) => {
      expect(readEd25519Key(text)).toBeUndefined();
    },
  );

  it.each(SMALL_ORDER)('takes no key under which anybody can sign: %s', (hex) => {
    // The signature consists of the neutral point and zero: nobody had to know a private key for it.
    const forged = Buffer.concat([Buffer.from([1]), Buffer.alloc(63)]);
    const x = Buffer.from(hex, 'hex').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const messages = Array.from({ length: 256 }, (_, number) => Buffer.from(`message ${number}`));
    expect(messages.some((message) => verify(null, message, key, forged))).toBe(true);
    expect(readEd25519Key(hex)).toBeUndefined();
  });

  it.each([
    '',
    SIGNATURE.slice(2),
    `${SIGNATURE}00`,
    SIGNATURE.toUpperCase(),
    `${SIGNATURE}\n`,
    'é'.repeat(128),
  ])('takes %.20j for no signature', (text) => {
    expect(readEd25519Signature(text)).toBeUndefined();
  });
});
