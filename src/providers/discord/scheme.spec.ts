import { verifyKey } from 'discord-interactions';
import { generateKeyPairSync, sign } from 'node:crypto';
import { NOON, deliveryOf, offline, readFrom, unsigned } from '../settings.fixture.js';
import { discord } from './index.js';

const NOW = NOON / 1000;
const BODY = '{"version":1,"application_id":"1","type":0,"note":"grüße 😀\\r\\n"}';

function keyPair() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x } = publicKey.export({ format: 'jwk' });
  return { hex: Buffer.from(x!, 'base64url').toString('hex'), privateKey };
}

const [one, two, stranger] = [keyPair(), keyPair(), keyPair()];

function signature(message: string, pair = one): string {
  return sign(null, Buffer.from(message), pair.privateKey).toString('hex');
}

function signedHeaders(time: number | string = NOW, pair = one): Record<string, string | string[]> {
  return { 'x-signature-ed25519': signature(`${time}${BODY}`, pair), 'x-signature-timestamp': String(time) };
}

function verify(
  headers: Record<string, string | string[]>,
  body: string | Buffer = BODY,
  keys = `${one.hex},${two.hex}`,
) {
  const verifier = discord.verifier(readFrom({ DISCORD_PUBLIC_KEY: keys }), offline);
  return verifier.verify(deliveryOf(headers, Buffer.from(body)));
}

const verified = { outcome: 'verified', secretLabel: '1' };
const refused = (reason: string) => ({ outcome: 'refused', reason });

describe("Discord's signature", () => {
  it("is what Discord's own package accepts", async () => {
    const { settings, sign: signAs } = discord.standIn!();
    const key = settings['DISCORD_PUBLIC_KEY']!;
    for (const sample of discord.samples) {
      const { headers, body } = signAs(unsigned(discord, sample), NOON);
      const [mine, time] = [headers['x-signature-ed25519']!, headers['x-signature-timestamp']!];
      expect(await verifyKey(body, mine, time, key)).toBe(true);
      expect(verify(headers, body, key)).toEqual(verified);
      expect(await verifyKey(body, mine, `${time}0`, key)).toBe(false);
    }
  });

  it('may come from any of several applications', () => {
    expect(verify(signedHeaders(NOW, one))).toEqual(verified);
    expect(verify(signedHeaders(NOW, two))).toEqual({ outcome: 'verified', secretLabel: '2' });
    expect(verify(signedHeaders(NOW, stranger))).toEqual(refused('signature_mismatch'));
  });

  it.each([
    [-300, verified],
    [-301, refused('timestamp_stale')],
    [300, verified],
    [301, refused('timestamp_stale')],
  ])('may be %d seconds from now, or not', (seconds, verification) => {
    expect(verify(signedHeaders(NOW + seconds))).toEqual(verification);
  });

  const good = signedHeaders();
  const hex = signature(`${NOW}${BODY}`);

  it.each([
    ['x-signature-ed25519', '', 'signature_missing'],
    ['x-signature-ed25519', [hex, hex], 'signature_doubled'],
    ['x-signature-ed25519', hex.toUpperCase(), 'signature_malformed'],
    ['x-signature-ed25519', hex.slice(2), 'signature_malformed'],
    ['x-signature-ed25519', `${hex}00`, 'signature_malformed'],
    ['x-signature-ed25519', 'é'.repeat(128), 'signature_malformed'],
    ['x-signature-ed25519', '0'.repeat(128), 'signature_mismatch'],
    ['x-signature-ed25519', signature(BODY), 'signature_mismatch'],
    ['x-signature-ed25519', signature(`${NOW}.${BODY}`), 'signature_mismatch'],
    ['x-signature-timestamp', '', 'signature_missing'],
    ['x-signature-timestamp', [String(NOW), String(NOW)], 'signature_doubled'],
    ['x-signature-timestamp', String(NOW + 1), 'signature_mismatch'],
    ['x-signature-timestamp', `0${NOW}`, 'signature_mismatch'],
    ['x-signature-timestamp', `${NOW}{`, 'signature_malformed'],
    ['x-signature-timestamp', `${NOW}.0`, 'signature_malformed'],
    ['x-signature-timestamp', `-${NOW}`, 'signature_malformed'],
    ['x-signature-timestamp', ` ${NOW}`, 'signature_malformed'],
    ['x-signature-timestamp', String(NOON), 'signature_malformed'],
  ])('is refused when %s is %j', (name, value, reason) => {
    expect(verify({ ...good, [name]: value })).toEqual(refused(reason));
  });

  it('covers bytes, not text', () => {
    const bom = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(BODY)]);
    expect(verify(good, bom)).toEqual(refused('signature_mismatch'));
    expect(verify(good, `${BODY}\n`)).toEqual(refused('signature_mismatch'));
    const replacement = { ...good, 'x-signature-ed25519': signature(`${NOW}"\ufffd"`) };
    expect(verify(replacement, '"\ufffd"')).toEqual(verified);
    expect(verify(replacement, Buffer.from([0x22, 0xff, 0x22]))).toEqual(refused('signature_mismatch'));
  });

  it('lets nobody move the border between time and body to what is an event', () => {
    const moved = { ...good, 'x-signature-timestamp': String(NOW).slice(0, -1) };
    const body = `${String(NOW).slice(-1)}${BODY}`;
    // The same bytes were signed, but the time is another one, and the body is no JSON.
    expect(verify(moved, body)).toEqual(refused('timestamp_stale'));
  });
});

describe('DISCORD_PUBLIC_KEY', () => {
  const [setting] = discord.settings;

  it('may be missing, and then nothing is verified', () => {
    for (const keys of ['', ' , ']) {
      expect(verify(signedHeaders(), BODY, keys)).toEqual({
        outcome: 'unconfigured',
        setting: 'DISCORD_PUBLIC_KEY',
      });
    }
  });

  it.each(['0'.repeat(64), 'your-public-key', one.hex.slice(1), `${one.hex};${two.hex}`])(
    'may not be %s',
    (text) => {
      expect(setting!.parse(text)).toMatchObject({
        ok: false,
        fault: expect.stringMatching(/64 hex digits/) as string,
      });
    },
  );
});
