import { generateKeyPairSync } from 'node:crypto';
import { matchingKey, publicKeys } from './public-keys.js';

const { publicKey: one } = generateKeyPairSync('ed25519');
const { publicKey: two } = generateKeyPairSync('ed25519');
const named = new Map([
  ['one', one],
  ['two', two],
]);
const keys = publicKeys({ name: 'KEYS', description: '' }, 'one or two', (text) => named.get(text));

describe('a setting of public keys', () => {
  it.each([
    ['', []],
    [' , ,', []],
    ['one', [one]],
    ['two, one,', [two, one]],
  ])('reads %j', (text, value) => {
    expect(keys.parse(text)).toEqual({ ok: true, value });
  });

  it.each(['three', 'one two', 'one,three'])('refuses %j without repeating it', (text) => {
    expect(keys.parse(text)).toEqual({
      ok: false,
      fault: 'must be one or two, or several of them separated by commas',
    });
    expect(keys.secret).toBe(true);
  });
});

describe('matchingKey', () => {
  it('names the key by its place', () => {
    expect(matchingKey([one, two], (key) => key === one)).toBe('1');
    expect(matchingKey([one, two], (key) => key === two)).toBe('2');
    expect(matchingKey([one], (key) => key === two)).toBeUndefined();
    expect(matchingKey([], () => true)).toBeUndefined();
  });
});
