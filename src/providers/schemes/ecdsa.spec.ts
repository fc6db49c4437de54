import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readEcdsaSignature, readP256Key, verifiesEcdsa } from './ecdsa.js';

const spkiOf = (key: KeyObject) => key.export({ format: 'der', type: 'spki' }).toString('base64');

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const PARTS = ['1.', Buffer.from('{}')];
const signature = sign('sha256', Buffer.from('1.{}'), privateKey);

describe('ECDSA', () => {
  it('verifies what was signed and nothing else', () => {
    const key = readP256Key(spkiOf(publicKey))!;
    expect(verifiesEcdsa(key, signature, PARTS)).toBe(true);
    expect(verifiesEcdsa(key, signature, ['1.{}'])).toBe(true);
    expect(verifiesEcdsa(key, signature, ['2.', '{}'])).toBe(false);
    expect(verifiesEcdsa(key, signature, [])).toBe(false);
  });

  it('refuses what is no signature, without an exception', () => {
    const ofTheOtherKind = sign('sha256', Buffer.from('1.{}'), {
      key: privateKey,
      dsaEncoding: 'ieee-p1363',
    });
    const zeros = Buffer.from('3006020100020100', 'hex');
    for (const bytes of [
      ofTheOtherKind,
      zeros,
      signature.subarray(1),
      Buffer.alloc(0),
      Buffer.alloc(72, 255),
    ]) {
      expect(verifiesEcdsa(publicKey, bytes, PARTS)).toBe(false);
    }
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['no base64', '!'],
    ['bytes', 'AQID'],
    ['a key with a line break', `${spkiOf(publicKey)}\n`],
    ['a PEM', publicKey.export({ format: 'pem', type: 'spki' }).toString()],
    ['a private key', privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')],
    ['another curve', spkiOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey)],
    ['a longer curve', spkiOf(generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).publicKey)],
    ['an Ed25519 key', spkiOf(generateKeyPairSync('ed25519').publicKey)],
    ['an RSA key', spkiOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)],
  ])('takes %s for no key on P-256', (_, text) => {
    expect(readP256Key(text)).toBeUndefined();
  });

  it('reads a key on P-256', () => {
    expect(readP256Key(spkiOf(publicKey))?.equals(publicKey)).toBe(true);
  });

  it.each(['', '!', `${signature.toString('base64')}\n`, Buffer.alloc(73).toString('base64')])(
    'takes %.20j for no signature',
    (text) => {
      expect(readEcdsaSignature(text)).toBeUndefined();
    },
  );
});
