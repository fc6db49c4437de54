import { sign as rsaSign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { forgeCrc32 } from '../../../test/support/crc32-forgery.js';
import type { VerifierTools } from '../../model/index.js';
import { issue, type Issued } from '../schemes/certificates.fixture.js';
import { NOON, deliveryOf, readFrom } from '../settings.fixture.js';
import { signedMessage } from './certificate-scheme.js';
import { paypal } from './index.js';

const WEBHOOK_ID = '8PT597110X687430LKGECATA';
const URL_OF = {
  live: 'https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270',
  sandbox: 'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270',
};
const LIVE_NAME = 'messageverificationcerts.paypal.com';
const SANDBOX_NAME = 'messageverificationcerts.sandbox.paypal.com';
/** Its CRC has the high bit, so that signed and unsigned differ. */
const BODY = Buffer.from('{"id":"WH-1","note":"größe"}');
const ID = '103e3700-8b0c-11e6-8695-6b62a8a99ac4';
const DAY = 24 * 60 * 60;

const root = issue({ name: 'Root', ca: true });
const intermediate = issue({ name: 'Intermediate', ca: true, issuer: root });
const leaf = issue({ name: LIVE_NAME, issuer: intermediate });
const bundle = leaf.pem + intermediate.pem;

interface Message {
  time?: string;
  webhookId?: string;
  signer?: Issued;
  digest?: 'sha256' | 'sha1';
  crc?: string;
}

/** Signs as PayPal does. */
function signedHeaders(message: Message = {}): Record<string, string | string[]> {
  const { time = '2026-03-01T12:00:00Z', webhookId = WEBHOOK_ID, signer = leaf } = message;
  const text = `${ID}|${time}|${webhookId}|${message.crc ?? crc32(BODY)}`;
  const signature = rsaSign(message.digest ?? 'sha256', Buffer.from(text), signer.privateKey);
  return {
    'paypal-auth-algo': 'SHA256withRSA',
    'paypal-cert-url': URL_OF.live,
    'paypal-transmission-id': ID,
    'paypal-transmission-time': time,
    'paypal-transmission-sig': signature.toString('base64'),
  };
}

/** A verifier and a host that serves the text; both count. */
function paypalWith(pem: string | (() => Promise<Response>) = bundle, env: Record<string, string> = {}) {
  const fetches: unknown[] = [];
  const tools: VerifierTools = {
    now: () => NOON,
    trustedRoots: [root.pem],
    fetch: (input) => {
      fetches.push(input);
      return typeof pem === 'string' ? Promise.resolve(new Response(pem)) : pem();
    },
  };
  const verifier = paypal.verifier(readFrom({ PAYPAL_WEBHOOK_ID: WEBHOOK_ID, ...env }), tools);
  const verify = async (headers = signedHeaders(), body: Buffer = BODY) =>
    verifier.verify(deliveryOf(headers, body));
  return { verifier, verify, fetches };
}

const verified = { outcome: 'verified', secretLabel: 'certificate' };
const refused = (reason: string) => ({ outcome: 'refused', reason });

describe("PayPal's own signature", () => {
  it("is over what PayPal's SDKs put together", () => {
    // Source: github.com/paypal/PayPal-Ruby-SDK, spec/webhooks_examples_spec.rb. The body is ours, with the CRC of theirs.
    const signed = 'dfb3be50-fd74-11e4-8bf3-77339302725b|2015-05-18T15:45:13Z|4JH86294D6297924G|2771810304';
    const [id = '', timeText = '', webhookId = '', crc] = signed.split('|');
    const body = Buffer.from(forgeCrc32('{"id":"WH-1"}', Number(crc)));
    expect(signedMessage({ id, timeText }, webhookId, body).toString()).toBe(signed);
  });

  it('is verified, and its certificate fetched once', async () => {
    const { verifier, verify, fetches } = paypalWith();
    expect(verifier.configured).toBe(true);
    expect(await Promise.all([verify(), verify()])).toEqual([verified, verified]);
    expect(await verify()).toEqual(verified);
    expect(fetches).toEqual([URL_OF.live]);
  });

  it('is verified from the sandbox only where that is expected', async () => {
    const sandboxLeaf = issue({ name: SANDBOX_NAME, issuer: intermediate, key: leaf });
    const headers = { ...signedHeaders(), 'paypal-cert-url': URL_OF.sandbox };
    const sandbox = paypalWith(sandboxLeaf.pem + intermediate.pem, { PAYPAL_ENV: 'sandbox' });
    expect(await sandbox.verify(headers)).toEqual(verified);
    expect(await sandbox.verify()).toEqual(refused('certificate_refused'));
    const live = paypalWith(sandboxLeaf.pem + intermediate.pem);
    expect(await live.verify(headers)).toEqual(refused('certificate_refused'));
    expect(live.fetches).toEqual([]);
    expect(await live.verify()).toEqual(refused('certificate_refused'));
  });

  const nul = Buffer.from('{"id":"WH-2"}');

  it.each<[string, () => Promise<unknown>]>([
    ['another body', () => paypalWith().verify(signedHeaders(), nul)],
    ['an empty body', () => paypalWith().verify(signedHeaders(), Buffer.alloc(0))],
    [
      'another transmission',
      () => paypalWith().verify({ ...signedHeaders(), 'paypal-transmission-id': 'other' }),
    ],
    [
      'another time',
      () => paypalWith().verify({ ...signedHeaders(), 'paypal-transmission-time': '2026-03-01T12:00:01Z' }),
    ],
    ['another webhook', () => paypalWith().verify(signedHeaders({ webhookId: 'WEBHOOK_ID' }))],
    ["the event's id for the webhook's", () => paypalWith().verify(signedHeaders({ webhookId: 'WH-1' }))],
    ['another key', () => paypalWith().verify(signedHeaders({ signer: root }))],
    ['SHA-1', () => paypalWith().verify(signedHeaders({ digest: 'sha1' }))],
    ['a signed CRC', () => paypalWith().verify(signedHeaders({ crc: String(crc32(BODY) | 0) }))],
    ['a hexadecimal CRC', () => paypalWith().verify(signedHeaders({ crc: crc32(BODY).toString(16) }))],
    [
      'a short signature',
      () => paypalWith().verify({ ...signedHeaders(), 'paypal-transmission-sig': 'AQID' }),
    ],
  ])('does not match %s', async (_, verification) => {
    expect(await verification()).toEqual(refused('signature_mismatch'));
  });

  it.each([
    ['paypal-auth-algo', 'SHA1withRSA', 'algorithm_unknown'],
    ['paypal-auth-algo', 'sha256withrsa', 'algorithm_unknown'],
    ['paypal-auth-algo', 'none', 'algorithm_unknown'],
    ['paypal-auth-algo', 'HMAC-SHA256', 'algorithm_unknown'],
    ['paypal-auth-algo', 'constructor', 'algorithm_unknown'],
    ['paypal-transmission-sig', 'not base64!', 'signature_malformed'],
    ['paypal-transmission-id', 'a|b', 'signature_malformed'],
    ['paypal-transmission-id', 'x'.repeat(65), 'signature_malformed'],
    ['paypal-transmission-time', 'yesterday', 'signature_malformed'],
    ['paypal-transmission-time', '2026-03-01T12:00:00Z|', 'signature_malformed'],
    ['paypal-cert-url', '', 'signature_missing'],
    ['paypal-cert-url', [URL_OF.live, URL_OF.live], 'signature_doubled'],
  ])('is refused without a fetch when %s is %j', async (name, value, reason) => {
    const { verify, fetches } = paypalWith();
    expect(await verify({ ...signedHeaders(), [name]: value })).toEqual(refused(reason));
    expect(fetches).toEqual([]);
  });

  it.each([
    'http://api.paypal.com/v1/notifications/certs/CERT-1',
    'HTTPS://api.paypal.com/v1/notifications/certs/CERT-1',
    '//api.paypal.com/v1/notifications/certs/CERT-1',
    'https://evil.example.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com@evil.example.com/v1/notifications/certs/CERT-1',
    'https://user@api.paypal.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com.evil.example.com/v1/notifications/certs/CERT-1',
    'https://evil-api.paypal.com/v1/notifications/certs/CERT-1',
    'https://apixpaypal.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com./v1/notifications/certs/CERT-1',
    'https://api.paypal.com:443/v1/notifications/certs/CERT-1',
    'https://api.paypal.com:8443/v1/notifications/certs/CERT-1',
    'https://api.paypal.com\\@evil.example.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com/v1/notifications/certs/../../../x',
    'https://api.paypal.com/v1/notifications/certs/..',
    'https://api.paypal.com/v1/notifications/x/../certs/CERT-1',
    'https://api.paypal.com/v1/notifications/certs/%2e%2e',
    'https://api.paypal.com/v1/notifications/certs/CERT-1/x',
    'https://api.paypal.com/v1/notifications/certs/CERT-1?x=1',
    'https://api.paypal.com/v1/notifications/certs/CERT-1#x',
    'https://api.paypal.com/v1/notifications/certs/CERT-1\n',
    ' https://api.paypal.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com/v1/notifications/certs/',
    'https://api.paypal.com/V1/notifications/certs/CERT-1',
    'https://api.paypal.com//v1/notifications/certs/CERT-1',
    'https://аpi.paypal.com/v1/notifications/certs/CERT-1',
    `https://api.paypal.com/v1/notifications/certs/${'x'.repeat(129)}`,
    'file:///etc/passwd',
    'data:,x',
    URL_OF.sandbox,
  ])('never fetches %s', async (url) => {
    const { verify, fetches } = paypalWith();
    expect(await verify({ ...signedHeaders(), 'paypal-cert-url': url })).toEqual(
      refused('certificate_refused'),
    );
    expect(fetches).toEqual([]);
  });

  const strangers = issue({ name: 'Intermediate', ca: true });
  const evilHost = issue({ name: 'evil.example.com', issuer: intermediate });
  const stillValid = { name: LIVE_NAME, issuer: intermediate, key: leaf };

  it.each<[string, string]>([
    ['a wrong issuer', issue({ ...stillValid, issuer: strangers }).pem + strangers.pem],
    ['a wrong name', issue({ ...stillValid, name: 'api.paypal.com' }).pem + intermediate.pem],
    ["the sandbox's name", issue({ ...stillValid, name: SANDBOX_NAME }).pem + intermediate.pem],
    [
      'an expired leaf',
      issue({ ...stillValid, until: new Date('2026-02-28T00:00:00Z') }).pem + intermediate.pem,
    ],
    [
      'an issuer without the CA flag',
      issue({ ...stillValid, issuer: evilHost }).pem + evilHost.pem + intermediate.pem,
    ],
    ['a leaf that issued itself', issue({ name: LIVE_NAME, key: leaf }).pem],
    ['a chain without its intermediate', leaf.pem],
    ['no certificate', 'Not found'],
  ])('is refused with %s, however good the signature', async (_, pem) => {
    expect(await paypalWith(pem).verify()).toEqual(refused('certificate_refused'));
  });

  it('has to wait while the host of certificates is down', async () => {
    const { verify } = paypalWith(() => Promise.reject(new TypeError('fetch failed')));
    expect(await verify()).toEqual({ outcome: 'unavailable', reason: expect.any(String) as string });
  });

  it.each([
    ['in time when PayPal has tried for four days', -4 * DAY, verified],
    ['stale after that', -4 * DAY - 1, refused('timestamp_stale')],
    ['stale when it lies as far ahead', 4 * DAY + 1, refused('timestamp_stale')],
  ])('is %s', async (_, seconds, verification) => {
    const time = new Date(NOON + seconds * 1000).toISOString().replace('.000', '');
    expect(await paypalWith().verify(signedHeaders({ time }))).toEqual(verification);
  });

  it('needs the id of the webhook, even where the relay has its secret', async () => {
    const { verifier, verify, fetches } = paypalWith(bundle, {
      PAYPAL_WEBHOOK_ID: '',
      PAYPAL_WEBHOOK_SECRET: 'relay',
    });
    expect(verifier.configured).toBe(true);
    expect(await verify()).toEqual({ outcome: 'unconfigured', setting: 'PAYPAL_WEBHOOK_ID' });
    expect(fetches).toEqual([]);
  });
});
