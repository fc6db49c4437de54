import { createHmac } from 'node:crypto';
import { LogLevel, Paddle } from '@paddle/paddle-node-sdk';
import { ADDRESS, NOON, deliveryOf, offline, readFrom, unsigned } from '../settings.fixture.js';
import { paddle } from './index.js';

const NOW = NOON / 1000;
const BODY = '{"event_id":"evt_1","note":"grüße 😀\\r\\n $& $1"}';
const SECRET = 'pdl_ntfset_01gkpjp8bkm3tm53kdgkx6sms7_one';
const HEX = '0'.repeat(64);
const verified = { outcome: 'verified', secretLabel: '1' };
const refused = (reason: string) => ({ outcome: 'refused', reason });

function verify(header: string | readonly string[], secrets = SECRET, body = Buffer.from(BODY)) {
  const verifier = paddle.verifier(readFrom({ PADDLE_WEBHOOK_SECRET: secrets }), offline);
  return verifier.verify(deliveryOf({ 'paddle-signature': header }, body));
}

function h1(time: string | number = NOW, key = SECRET): string {
  return createHmac('sha256', key).update(`${time}:${BODY}`).digest('hex');
}

describe("Paddle's signature", () => {
  it('is made as the SDK verifies', async () => {
    const sample = paddle.samples[0]!;
    const { headers, body } = paddle.sign(
      unsigned(paddle, sample),
      readFrom({ PADDLE_WEBHOOK_SECRET: SECRET }),
      Date.now(),
      ADDRESS,
    )!;
    const sdk = new Paddle('key of the API', { logLevel: LogLevel.none });
    const event = await sdk.webhooks.unmarshal(body.toString(), SECRET, headers['paddle-signature']!);
    expect(event.eventType).toBe(sample.type);
  });

  it('may come from any of several secrets', () => {
    const secrets = ' new , old ,';
    expect(verify(`ts=${NOW};h1=${h1(NOW, 'new')}`, secrets)).toEqual(verified);
    expect(verify(`ts=${NOW};h1=${h1(NOW, 'old')}`, secrets)).toEqual({ ...verified, secretLabel: '2' });
    expect(verify(`ts=${NOW};h1=${h1(NOW, 'other')}`, secrets)).toEqual(refused('signature_mismatch'));
  });

  it.each([
    ['the only h1', `ts=${NOW};h1=${h1()}`],
    // The SDK reads the last one alone.
    ['the first of two h1', `ts=${NOW};h1=${h1()};h1=${HEX}`],
    ['the last of two h1', `ts=${NOW};h1=${HEX};h1=${h1()}`],
    ['an h1 before its time', `h1=${h1()};ts=${NOW}`],
  ])('is found in %s', (_, header) => {
    expect(verify(header)).toEqual(verified);
  });

  it.each<[string, string | readonly string[], string]>([
    ['nothing', [], 'signature_missing'],
    ['a doubled header', [`ts=${NOW};h1=${h1()}`, `ts=${NOW};h1=${h1()}`], 'signature_doubled'],
    [
      'a doubled header that a proxy joined',
      `ts=${NOW};h1=${h1()}, ts=${NOW};h1=${h1()}`,
      'signature_malformed',
    ],
    ['only a time', `ts=${NOW}`, 'signature_missing'],
    ['no time', `h1=${h1()}`, 'signature_malformed'],
    ['two times', `ts=${NOW};ts=${NOW};h1=${h1()}`, 'signature_malformed'],
    ['digits and more', `ts=${NOW}abc;h1=${h1(`${NOW}abc`)}`, 'signature_malformed'],
    ['upper-case hex', `ts=${NOW};h1=${h1().toUpperCase()}`, 'signature_malformed'],
    ["Stripe's form", `ts=${NOW},h1=${h1()}`, 'signature_malformed'],
    ['the signature of another time', `ts=${NOW - 1};h1=${h1()}`, 'signature_mismatch'],
    ['another signature', `ts=${NOW};h1=${HEX}`, 'signature_mismatch'],
  ])('is refused: %s', (_, header, reason) => {
    expect(verify(header)).toEqual(refused(reason));
  });

  it.each([
    // The SDK has given up by now.
    [-6, verified],
    [-300, verified],
    [-301, refused('timestamp_stale')],
    [300, verified],
    [301, refused('timestamp_stale')],
  ])('may be %d seconds from when it came, or not', (seconds, verification) => {
    expect(verify(`ts=${NOW + seconds};h1=${h1(NOW + seconds)}`)).toEqual(verification);
  });

  it('covers bytes, not text', () => {
    const bom = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(BODY)]);
    expect(verify(`ts=${NOW};h1=${h1()}`, SECRET, bom)).toEqual(refused('signature_mismatch'));
  });

  it('needs a secret that is more than blanks and commas', () => {
    const unconfigured = { outcome: 'unconfigured', setting: 'PADDLE_WEBHOOK_SECRET' };
    expect(verify(`ts=${NOW};h1=${h1(NOW, '')}`, '')).toEqual(unconfigured);
    expect(verify(`ts=${NOW};h1=${h1()}`, ' , ')).toEqual(unconfigured);
  });
});
