import { createHmac } from 'node:crypto';
import { NOON, deliveryOf, offline, readFrom } from '../settings.fixture.js';
import { paypal } from './index.js';

const BODY = '{"id":"WH-1","note":"grüße 😀"}';
const ID = '103e3700-8b0c-11e6-8695-6b62a8a99ac4';
const TIME = '2026-03-01T12:00:00Z';

function verify(headers: Record<string, string | string[]>, body = BODY, env: Record<string, string> = {}) {
  const verifier = paypal.verifier(readFrom({ PAYPAL_WEBHOOK_SECRET: 'new,old', ...env }), offline);
  return verifier.verify(deliveryOf(headers, Buffer.from(body)));
}

function signedHeaders(key = 'new', time = TIME): Record<string, string> {
  const signature = createHmac('sha256', key).update(`${ID}|${time}|`).update(BODY).digest('base64');
  return {
    'paypal-auth-algo': 'HMAC-SHA256',
    'paypal-transmission-id': ID,
    'paypal-transmission-time': time,
    'paypal-transmission-sig': signature,
  };
}

const refused = (reason: string) => ({ outcome: 'refused', reason });

describe("a relay's signature", () => {
  it('may come from any of several secrets', () => {
    expect(verify(signedHeaders('new'))).toEqual({ outcome: 'verified', secretLabel: '1' });
    expect(verify(signedHeaders('old'))).toEqual({ outcome: 'verified', secretLabel: '2' });
    expect(verify(signedHeaders('other'))).toEqual(refused('signature_mismatch'));
  });

  it('works beside the scheme of PayPal, with no certificate', () => {
    const env = { PAYPAL_WEBHOOK_ID: '8PT597110X687430LKGECATA' };
    expect(verify(signedHeaders(), BODY, env)).toEqual({ outcome: 'verified', secretLabel: '1' });
  });

  it.each([
    [-300, { outcome: 'verified', secretLabel: '1' }],
    [-301, refused('timestamp_stale')],
    [300, { outcome: 'verified', secretLabel: '1' }],
    [301, refused('timestamp_stale')],
  ])('may be %d seconds from now, or not', (seconds, verification) => {
    const time = new Date(NOON + seconds * 1000).toISOString();
    expect(verify(signedHeaders('new', time))).toEqual(verification);
  });

  const good = signedHeaders();
  const hex = createHmac('sha256', 'new').update(`${ID}|${TIME}|${BODY}`).digest('hex');

  it.each([
    ['paypal-transmission-sig', '', 'signature_missing'],
    ['paypal-transmission-sig', hex, 'signature_malformed'],
    ['paypal-transmission-sig', 'é'.repeat(44), 'signature_malformed'],
    ['paypal-transmission-sig', Buffer.alloc(31).toString('base64'), 'signature_malformed'],
    ['paypal-transmission-sig', `${good['paypal-transmission-sig']}\n`, 'signature_malformed'],
    ['paypal-transmission-sig', Buffer.alloc(32).toString('base64'), 'signature_mismatch'],
    ['paypal-transmission-id', [ID, ID], 'signature_doubled'],
    ['paypal-transmission-id', 'other', 'signature_mismatch'],
    ['paypal-transmission-id', `${ID}|${TIME}`, 'signature_malformed'],
    ['paypal-transmission-time', '2026-03-01T12:00:01Z', 'signature_mismatch'],
    ['paypal-transmission-time', '1772366400', 'signature_malformed'],
    ['paypal-auth-algo', 'hmac-sha256', 'algorithm_unknown'],
    ['paypal-auth-algo', '', 'signature_missing'],
  ])('is refused when %s is %j', (name, value, reason) => {
    expect(verify({ ...good, [name]: value })).toEqual(refused(reason));
  });

  it('covers the whole body', () => {
    expect(verify(good, BODY.replace('WH-1', 'WH-2'))).toEqual(refused('signature_mismatch'));
    expect(verify(good, `\ufeff${BODY}`)).toEqual(refused('signature_mismatch'));
    expect(verify(good, '')).toEqual(refused('signature_mismatch'));
  });

  it('is unknown without its secret', () => {
    const env = { PAYPAL_WEBHOOK_SECRET: '', PAYPAL_WEBHOOK_ID: '8PT597110X687430LKGECATA' };
    expect(verify(signedHeaders(''), BODY, env)).toEqual(refused('algorithm_unknown'));
  });

  it('has to wait while nothing at all is configured', () => {
    expect(verify(good, BODY, { PAYPAL_WEBHOOK_SECRET: '' })).toEqual({
      outcome: 'unconfigured',
      setting: 'PAYPAL_WEBHOOK_ID',
    });
  });
});
