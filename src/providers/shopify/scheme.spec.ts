import { createHmac } from 'node:crypto';
import { deliveryOf, offline, readFrom } from '../settings.fixture.js';
import { shopify } from './index.js';

const BODY = '{"id":1,"note":"grüße 😀\\r\\n"}';
const OTHER = Buffer.alloc(32).toString('base64');
const [WEBHOOK, EVENT] = ['x-shopify-hmac-sha256', 'shopify-hmac-sha256'];
const verified = { outcome: 'verified', secretLabel: '1' };
const refused = (reason: string) => ({ outcome: 'refused', reason });

type Headers = Record<string, string | readonly string[]>;

function verify(headers: Headers, secrets = 'one', body = Buffer.from(BODY)) {
  const verifier = shopify.verifier(readFrom({ SHOPIFY_CLIENT_SECRET: secrets }), offline);
  return verifier.verify(deliveryOf(headers, body));
}

const hmac = (key = 'one') => createHmac('sha256', key).update(BODY).digest('base64');

describe("Shopify's signature", () => {
  it('is verified for webhooks, for Events, and where both headers are sent', () => {
    expect(verify({ [WEBHOOK]: hmac() })).toEqual(verified);
    expect(verify({ [EVENT]: hmac() })).toEqual(verified);
    expect(verify({ [WEBHOOK]: hmac(), [EVENT]: hmac() })).toEqual(verified);
  });

  it('may come from any of several secrets', () => {
    expect(verify({ [WEBHOOK]: hmac('new') }, 'new,old')).toEqual(verified);
    expect(verify({ [WEBHOOK]: hmac('old') }, 'new,old')).toEqual({ ...verified, secretLabel: '2' });
    expect(verify({ [WEBHOOK]: hmac('other') }, 'new,old')).toEqual(refused('signature_mismatch'));
  });

  it.each<[string, Headers, string]>([
    ['nothing', {}, 'signature_missing'],
    ['an empty header', { [WEBHOOK]: '' }, 'signature_missing'],
    ['one right and one empty', { [WEBHOOK]: hmac(), [EVENT]: '' }, 'signature_missing'],
    ['a doubled header', { [WEBHOOK]: [hmac(), hmac()] }, 'signature_doubled'],
    ['one right and one doubled', { [WEBHOOK]: hmac(), [EVENT]: [hmac(), hmac()] }, 'signature_doubled'],
    ['a doubled header that a proxy joined', { [WEBHOOK]: `${hmac()}, ${hmac()}` }, 'signature_malformed'],
    ['hex', { [WEBHOOK]: createHmac('sha256', 'one').update(BODY).digest('hex') }, 'signature_malformed'],
    ['no padding', { [WEBHOOK]: hmac().replace('=', '') }, 'signature_malformed'],
    ['SHA-1', { [WEBHOOK]: createHmac('sha1', 'one').update(BODY).digest('base64') }, 'signature_malformed'],
    ['another signature', { [WEBHOOK]: OTHER }, 'signature_mismatch'],
    ['one right and one wrong', { [WEBHOOK]: hmac(), [EVENT]: OTHER }, 'signature_mismatch'],
    ['one wrong and one right', { [WEBHOOK]: OTHER, [EVENT]: hmac() }, 'signature_mismatch'],
  ])('is refused: %s', (_, headers, reason) => {
    expect(verify(headers)).toEqual(refused(reason));
  });

  it('covers bytes, not text', () => {
    const bom = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(BODY)]);
    expect(verify({ [WEBHOOK]: hmac() }, 'one', bom)).toEqual(refused('signature_mismatch'));
  });

  it('needs a secret that is more than blanks and commas', () => {
    const unconfigured = { outcome: 'unconfigured', setting: 'SHOPIFY_CLIENT_SECRET' };
    expect(verify({ [WEBHOOK]: hmac('') }, '')).toEqual(unconfigured);
    expect(verify({ [WEBHOOK]: hmac('') }, ' , ')).toEqual(unconfigured);
  });
});
