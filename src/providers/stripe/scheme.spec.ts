import { createHmac } from 'node:crypto';
import Stripe from 'stripe';
import { ADDRESS, NOON, deliveryOf, offline, readFrom, unsigned } from '../settings.fixture.js';
import { stripe } from './index.js';

const NOW = NOON / 1000;
const BODY = '{"id":"evt_1","note":"grüße 😀\\r\\n"}';
const HEX = '0'.repeat(64);

function verify(
  header: string | readonly string[] | undefined,
  body = Buffer.from(BODY),
  secrets = 'whsec_one',
) {
  const verifier = stripe.verifier(readFrom({ STRIPE_WEBHOOK_SECRET: secrets }), offline);
  return verifier.verify(deliveryOf(header === undefined ? {} : { 'stripe-signature': header }, body));
}

function sdkHeader(secret = 'whsec_one', timestamp = NOW, payload = BODY): string {
  return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
}

function v1(key: string, time: number | string, body: string | Buffer = BODY): string {
  return createHmac('sha256', key).update(`${time}.`).update(body).digest('hex');
}

const verified = { outcome: 'verified', secretLabel: '1' };
const refused = (reason: string) => ({ outcome: 'refused', reason });

describe("Stripe's signature", () => {
  it('is verified when the SDK signs', () => {
    expect(verify(sdkHeader())).toEqual(verified);
    expect(verify(sdkHeader('whsec_one', NOW, ''), Buffer.alloc(0))).toEqual(verified);
  });

  it('is made as the SDK verifies', () => {
    const sample = stripe.samples[0]!;
    const { headers, body } = stripe.sign(
      unsigned(stripe, sample),
      readFrom({ STRIPE_WEBHOOK_SECRET: 'whsec_one' }),
      Date.now(),
      ADDRESS,
    )!;
    const event = Stripe.webhooks.constructEvent(body, headers['stripe-signature']!, 'whsec_one');
    expect(event.type).toBe(sample.type);
  });

  it('may come from any of several secrets', () => {
    const secrets = ' whsec_new , whsec_old ,';
    expect(verify(sdkHeader('whsec_new'), undefined, secrets)).toEqual({ ...verified, secretLabel: '1' });
    expect(verify(sdkHeader('whsec_old'), undefined, secrets)).toEqual({ ...verified, secretLabel: '2' });
    expect(verify(sdkHeader('whsec_other'), undefined, secrets)).toEqual(refused('signature_mismatch'));
  });

  it.each([
    ['the first of two v1', `t=${NOW},v1=${v1('whsec_one', NOW)},v1=${HEX}`],
    ['the last of two v1', `t=${NOW},v1=${HEX},v1=${v1('whsec_one', NOW)}`],
    ['a v1 beside other schemes', `t=${NOW},v0=abc,v1=${v1('whsec_one', NOW)},v2=x=y`],
    ['a v1 before its time', `v1=${v1('whsec_one', NOW)},t=${NOW}`],
  ])('is found in %s', (_, header) => {
    expect(verify(header)).toEqual(verified);
  });

  it.each([
    ['nothing', undefined, 'signature_missing'],
    ['an empty header', '', 'signature_missing'],
    ['a doubled header', [sdkHeader(), sdkHeader()], 'signature_doubled'],
    ['a doubled header that a proxy joined', `${sdkHeader()}, ${sdkHeader()}`, 'signature_malformed'],
    ['only v0', `t=${NOW},v0=${v1('whsec_one', NOW)}`, 'signature_missing'],
    ['only a time', `t=${NOW}`, 'signature_missing'],
    ['an empty v1', `t=${NOW},v1=`, 'signature_malformed'],
    ['an empty v1 before a good one', `t=${NOW},v1=,v1=${v1('whsec_one', NOW)}`, 'signature_malformed'],
    ['no time', `v1=${v1('whsec_one', NOW)}`, 'signature_malformed'],
    ['two times', `t=${NOW},t=${NOW},v1=${v1('whsec_one', NOW)}`, 'signature_malformed'],
    ['digits and more', `t=${NOW}abc,v1=${v1('whsec_one', `${NOW}abc`)}`, 'signature_malformed'],
    ['a negative time', `t=-1,v1=${v1('whsec_one', -1)}`, 'signature_malformed'],
    ['an exponent', `t=1e9,v1=${v1('whsec_one', '1e9')}`, 'signature_malformed'],
    ['a time of 13 digits', `t=${NOON},v1=${v1('whsec_one', NOON)}`, 'signature_malformed'],
    ['upper-case hex', `t=${NOW},v1=${v1('whsec_one', NOW).toUpperCase()}`, 'signature_malformed'],
    ['half a signature', `t=${NOW},v1=${v1('whsec_one', NOW).slice(32)}`, 'signature_malformed'],
    ['characters of several bytes', `t=${NOW},v1=${'é'.repeat(64)}`, 'signature_malformed'],
    ['no pairs', 'hello', 'signature_malformed'],
    ['the signature of another time', `t=${NOW - 1},v1=${v1('whsec_one', NOW)}`, 'signature_mismatch'],
    ['another signature', `t=${NOW},v1=${HEX}`, 'signature_mismatch'],
    ['the key without its prefix', `t=${NOW},v1=${v1('one', NOW)}`, 'signature_mismatch'],
  ])('is refused: %s', (_, header, reason) => {
    expect(verify(header)).toEqual(refused(reason));
  });

  it.each([
    [-300, verified],
    [-301, refused('timestamp_stale')],
    [300, verified],
    // The SDK accepts any time in the future, which would let a captured message live as long as one likes.
    [301, refused('timestamp_stale')],
    [86_400, refused('timestamp_stale')],
  ])('may be %d seconds from now, or not', (seconds, verification) => {
    expect(verify(sdkHeader('whsec_one', NOW + seconds))).toEqual(verification);
  });

  it('covers bytes, not text', () => {
    const bom = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(BODY)]);
    expect(verify(sdkHeader(), bom)).toEqual(refused('signature_mismatch'));
    const replacement = sdkHeader('whsec_one', NOW, '{"note":"\ufffd"}');
    const invalid = Buffer.concat([Buffer.from('{"note":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(verify(replacement, invalid)).toEqual(refused('signature_mismatch'));
  });

  it('needs a secret that is more than blanks and commas', () => {
    const unconfigured = { outcome: 'unconfigured', setting: 'STRIPE_WEBHOOK_SECRET' };
    expect(verify(sdkHeader(), undefined, ' , ')).toEqual(unconfigured);
    expect(verify(`t=${NOW},v1=${v1('', NOW)}`, undefined, '')).toEqual(unconfigured);
  });
});
