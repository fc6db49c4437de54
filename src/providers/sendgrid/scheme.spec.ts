import { EventWebhook } from '@sendgrid/eventwebhook';
import { generateKeyPairSync, sign } from 'node:crypto';
import { NOON, deliveryOf, offline, readFrom, unsigned } from '../settings.fixture.js';
import { sendgrid } from './index.js';

const NOW = NOON / 1000;
const DAY = 24 * 60 * 60;
const BODY = '[{"event":"open","note":"grüße 😀"}]\r\n';
const [SIGNATURE_HEADER, TIME_HEADER] = [
  'x-twilio-email-event-webhook-signature',
  'x-twilio-email-event-webhook-timestamp',
];

function keyPair() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return { text: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'), privateKey };
}

const [one, two, stranger] = [keyPair(), keyPair(), keyPair()];

function signature(message: string, pair = one): string {
  return sign('sha256', Buffer.from(message), pair.privateKey).toString('base64');
}

function signedHeaders(time: number | string = NOW, pair = one): Record<string, string | string[]> {
  return { [SIGNATURE_HEADER]: signature(`${time}${BODY}`, pair), [TIME_HEADER]: String(time) };
}

function verify(
  headers: Record<string, string | string[]>,
  body: string | Buffer = BODY,
  keys = `${one.text},${two.text}`,
  receivedAt = NOON,
) {
  const verifier = sendgrid.verifier(readFrom({ SENDGRID_PUBLIC_KEY: keys }), offline);
  return verifier.verify(deliveryOf(headers, Buffer.from(body), { receivedAt }));
}

const verified = { outcome: 'verified', secretLabel: '1' };
const refused = (reason: string) => ({ outcome: 'refused', reason });

describe("SendGrid's signature", () => {
  it("is what SendGrid's own package accepts", () => {
    const { settings, sign: signAs } = sendgrid.standIn!();
    const text = settings['SENDGRID_PUBLIC_KEY']!;
    const official = new EventWebhook();
    const key = official.convertPublicKeyToECDSA(text);
    for (const sample of sendgrid.samples) {
      const { headers, body } = signAs(unsigned(sendgrid, sample), NOON);
      const [mine, time] = [headers[SIGNATURE_HEADER]!, headers[TIME_HEADER]!];
      expect(official.verifySignature(key, body, mine, time)).toBe(true);
      expect(verify(headers, body, text)).toEqual(verified);
      expect(official.verifySignature(key, body, mine, `${time}0`)).toBe(false);
    }
  });

  it("is verified in the example of SendGrid's own package", () => {
    // Source: github.com/sendgrid/sendgrid-nodejs, packages/eventwebhook/src/eventwebhook.spec.js
    const key =
      'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==';
    const headers = {
      [SIGNATURE_HEADER]:
        'MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=',
      [TIME_HEADER]: '1588788367',
    };
    const body = '{"category":"example_payload","event":"test_event","message_id":"message_id"}';
    expect(verify(headers, body, key, 1_588_788_367_000)).toEqual(verified);
    expect(verify(headers, `${body} `, key, 1_588_788_367_000)).toEqual(refused('signature_mismatch'));
  });

  it('may come from any of several keys', () => {
    expect(verify(signedHeaders(NOW, one))).toEqual(verified);
    expect(verify(signedHeaders(NOW, two))).toEqual({ outcome: 'verified', secretLabel: '2' });
    expect(verify(signedHeaders(NOW, stranger))).toEqual(refused('signature_mismatch'));
  });

  it.each([
    ['in time when SendGrid has tried for a day', -DAY, verified],
    ['in time for two days', -2 * DAY, verified],
    ['stale after that', -2 * DAY - 1, refused('timestamp_stale')],
    ['stale when it lies as far ahead', 2 * DAY + 1, refused('timestamp_stale')],
  ])('is %s', (_, seconds, verification) => {
    expect(verify(signedHeaders(NOW + seconds))).toEqual(verification);
  });

  const good = signedHeaders();
  const base64 = signature(`${NOW}${BODY}`);

  it.each([
    [SIGNATURE_HEADER, '', 'signature_missing'],
    [SIGNATURE_HEADER, [base64, base64], 'signature_doubled'],
    [SIGNATURE_HEADER, `${base64}\n`, 'signature_malformed'],
    [SIGNATURE_HEADER, Buffer.from(base64, 'base64').toString('hex'), 'signature_malformed'],
    [SIGNATURE_HEADER, Buffer.alloc(73).toString('base64'), 'signature_malformed'],
    [SIGNATURE_HEADER, 'é'.repeat(96), 'signature_malformed'],
    [SIGNATURE_HEADER, 'AQID', 'signature_mismatch'],
    [SIGNATURE_HEADER, Buffer.from('3006020100020100', 'hex').toString('base64'), 'signature_mismatch'],
    [SIGNATURE_HEADER, signature(BODY), 'signature_mismatch'],
    [SIGNATURE_HEADER, signature(`${NOW}.${BODY}`), 'signature_mismatch'],
    [TIME_HEADER, '', 'signature_missing'],
    [TIME_HEADER, [String(NOW), String(NOW)], 'signature_doubled'],
    [TIME_HEADER, String(NOW + 1), 'signature_mismatch'],
    [TIME_HEADER, `${NOW}[`, 'signature_malformed'],
    [TIME_HEADER, `${NOW}.0`, 'signature_malformed'],
    [TIME_HEADER, String(NOON), 'signature_malformed'],
  ])('is refused when %s is %.40j', (name, value, reason) => {
    expect(verify({ ...good, [name]: value })).toEqual(refused(reason));
  });

  it('covers bytes, not text', () => {
    const bom = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(BODY)]);
    expect(verify(good, bom)).toEqual(refused('signature_mismatch'));
    expect(verify(good, BODY.trim())).toEqual(refused('signature_mismatch'));
    const replacement = { ...good, [SIGNATURE_HEADER]: signature(`${NOW}"\ufffd"`) };
    expect(verify(replacement, '"\ufffd"')).toEqual(verified);
    expect(verify(replacement, Buffer.from([0x22, 0xff, 0x22]))).toEqual(refused('signature_mismatch'));
  });

  it('needs a key', () => {
    for (const keys of ['', ' , ']) {
      expect(verify(good, BODY, keys)).toEqual({ outcome: 'unconfigured', setting: 'SENDGRID_PUBLIC_KEY' });
    }
  });
});
