import { generateKeyPairSync, sign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ADDRESS, NOON, deliveryOf, offline, readFrom, unsigned } from '../settings.fixture.js';
import { paypal } from './index.js';
import { json, PaypalApiServer } from './paypal-api.fixture.js';

const WEBHOOK_ID = '8PT597110X687430LKGECATA';
const CLIENT = { id: 'client', secret: 'secret' };
const SETTINGS = {
  PAYPAL_VERIFY: 'postback',
  PAYPAL_WEBHOOK_ID: WEBHOOK_ID,
  PAYPAL_CLIENT_ID: CLIENT.id,
  PAYPAL_CLIENT_SECRET: CLIENT.secret,
};
const CERTIFICATE_URL = {
  live: 'https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270',
  sandbox: 'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270',
};
/** Written as no serialiser of ours would write it. */
const BODY = '{ "id":"WH-1",\r\n\t"n":1.0, "e":1E2, "note":"gr\\u00fc\\u00dfe ü 😀 \\/", "id":"WH-1" }\n';
const ID = '103e3700-8b0c-11e6-8695-6b62a8a99ac4';
const TIME = '2026-03-01T12:00:00Z';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

function signedHeaders(body: string | Buffer = BODY): Record<string, string> {
  const message = Buffer.from(`${ID}|${TIME}|${WEBHOOK_ID}|${crc32(body)}`);
  return {
    'paypal-auth-algo': 'SHA256withRSA',
    'paypal-cert-url': CERTIFICATE_URL.live,
    'paypal-transmission-id': ID,
    'paypal-transmission-time': TIME,
    'paypal-transmission-sig': sign('sha256', message, privateKey).toString('base64'),
  };
}

const verified = { outcome: 'verified', secretLabel: 'postback' };
const refused = (reason: string) => ({ outcome: 'refused', reason });
const unavailable = (reason: string) => ({ outcome: 'unavailable', reason });

describe("PayPal's own signature, verified by PayPal", () => {
  let api: PaypalApiServer;
  let clock: { now: number };

  beforeEach(async () => {
    clock = { now: NOON };
    api = await PaypalApiServer.start({ client: CLIENT, webhookId: WEBHOOK_ID, publicKey });
  });

  afterEach(() => api.stop());

  /** A verifier of its own for each call, unless it is called again. */
  function postback(env: Record<string, string> = {}, fetch = api.fetch) {
    const tools = { now: () => clock.now, fetch, trustedRoots: [] };
    const verifier = paypal.verifier(readFrom({ ...SETTINGS, ...env }), tools);
    return async (
      headers: Record<string, string | string[]> = signedHeaders(),
      body: string | Buffer = BODY,
    ) => verifier.verify(deliveryOf(headers, Buffer.from(body)));
  }

  it('asks with the bytes of the body as they came', async () => {
    expect(await postback()()).toEqual(verified);
    expect(api.requests.map(({ url }) => url)).toEqual([
      'https://api-m.paypal.com/v1/oauth2/token',
      'https://api-m.paypal.com/v1/notifications/verify-webhook-signature',
    ]);
    const question = api.requests[1]!.body.toString();
    expect(question.endsWith(`,"webhook_event":${BODY}}`)).toBe(true);
    expect(JSON.parse(question)).toMatchObject({
      auth_algo: 'SHA256withRSA',
      cert_url: CERTIFICATE_URL.live,
      transmission_id: ID,
      transmission_time: TIME,
      webhook_id: WEBHOOK_ID,
      webhook_event: { id: 'WH-1' },
    });
  });

  it('asks the sandbox where the sandbox is expected', async () => {
    const headers = { ...signedHeaders(), 'paypal-cert-url': CERTIFICATE_URL.sandbox };
    expect(await postback({ PAYPAL_ENV: 'sandbox' })(headers)).toEqual(verified);
    expect(api.requests.every(({ url }) => url.startsWith('https://api-m.sandbox.paypal.com/'))).toBe(true);
  });

  it.each<[string, Record<string, string>, string]>([
    ['another body', {}, '{"id":"WH-2"}'],
    ['the same value in other bytes', {}, JSON.stringify(JSON.parse(BODY))],
    ['another transmission', { 'paypal-transmission-id': 'other' }, BODY],
    ['another signature', { 'paypal-transmission-sig': Buffer.alloc(256).toString('base64') }, BODY],
  ])('is refused with %s', async (_, headers, body) => {
    expect(await postback()({ ...signedHeaders(), ...headers }, body)).toEqual(refused('signature_mismatch'));
    expect(api.countOf('question')).toBe(1);
  });

  const bytesOf = (...parts: (string | number[])[]) =>
    Buffer.concat(parts.map((part) => Buffer.from(part as string)));

  it.each([
    Buffer.from(''),
    Buffer.from('null'),
    Buffer.from('[]'),
    Buffer.from('"text"'),
    Buffer.from('{"id":"WH-1"'),
    Buffer.from('{},"webhook_id":"another"'),
    Buffer.from('{"id":"WH-1"}},{"webhook_event":{}'),
    Buffer.from('\ufeff{"id":"WH-1"}'),
    bytesOf('{"id":"', [0xff], '"}'),
  ])('asks nothing about a body that is no JSON object: %s', async (body) => {
    expect(await postback()(signedHeaders(body), body)).toEqual(refused('signature_mismatch'));
    expect(api.requests).toEqual([]);
  });

  it.each([
    ['paypal-auth-algo', 'SHA1withRSA', 'algorithm_unknown'],
    ['paypal-cert-url', 'https://evil.example.com/v1/notifications/certs/CERT-1', 'certificate_refused'],
    ['paypal-cert-url', CERTIFICATE_URL.sandbox, 'certificate_refused'],
    ['paypal-cert-url', '', 'signature_missing'],
    ['paypal-cert-url', [CERTIFICATE_URL.live, CERTIFICATE_URL.live], 'signature_doubled'],
    ['paypal-transmission-sig', 'not base64!', 'signature_malformed'],
    ['paypal-transmission-id', 'a|b', 'signature_malformed'],
    ['paypal-transmission-time', '2026-02-01T12:00:00Z', 'timestamp_stale'],
  ])('asks nothing when %s is %j', async (name, value, reason) => {
    expect(await postback()({ ...signedHeaders(), [name]: value })).toEqual(refused(reason));
    expect(api.requests).toEqual([]);
  });

  it.each([500, 502, 503, 429, 408])('has to wait while the API answers %d', async (status) => {
    for (const call of ['question', 'token'] as const) {
      api.answer(call, (response) => json(response, status, { verification_status: 'SUCCESS' }));
      expect(await postback()()).toEqual(unavailable(`PayPal's API answered ${status}`));
    }
  });

  it.each<[string, number, unknown]>([
    ['a status that is no success', 201, { verification_status: 'SUCCESS' }],
    ['a fault of ours', 400, { name: 'VALIDATION_ERROR' }],
    ['what it does not allow', 403, { name: 'NOT_AUTHORIZED' }],
    ['no verdict', 200, {}],
    ['another word', 200, { verification_status: 'success' }],
    ['a list', 200, ['SUCCESS']],
    ['more than 64 KB', 200, { verification_status: 'SUCCESS', more: 'x'.repeat(65_536) }],
  ])('has to wait when the API answers with %s', async (_, status, body) => {
    api.answer('question', (response) => json(response, status, body));
    expect(await postback()()).toEqual(unavailable(`PayPal's API answered ${status} without a verdict`));
  });

  it('has to wait when the API answers with what is no JSON', async () => {
    api.answer('question', (response) => response.end('<html>SUCCESS</html>'));
    expect(await postback()()).toEqual(unavailable("PayPal's API answered 200 without a verdict"));
  });

  it('follows no redirect', async () => {
    api.answer('question', (response) => response.writeHead(307, { location: '/elsewhere' }).end());
    expect(await postback()()).toEqual(unavailable("PayPal's API answered 307 without a verdict"));
    expect(api.requests).toHaveLength(2);
  });

  it('has to wait while the API is down, cuts off, or says nothing', async () => {
    api.answer('question', (response) => response.socket?.destroy());
    expect(await postback()()).toEqual(unavailable("PayPal's API could not be reached"));

    const silent: typeof fetch = (_input, init) => {
      expect(init?.signal).toBeInstanceOf(AbortSignal);
      return Promise.reject(new DOMException('timed out', 'TimeoutError'));
    };
    expect(await postback({}, silent)()).toEqual(unavailable("PayPal's API did not answer within 5000 ms"));

    const verify = postback();
    await api.stop();
    expect(await verify()).toEqual(unavailable("PayPal's API could not be reached"));
  });

  it('asks 64 questions at once, and lets others wait', async () => {
    const held: (() => void)[] = [];
    const allHeld = new Promise<void>((resolve) => {
      api.answer('question', (response) => {
        held.push(() => json(response, 200, { verification_status: 'SUCCESS' }));
        if (held.length === 64) resolve();
      });
    });
    const verify = postback();
    const verifications = Array.from({ length: 64 }, () => verify());
    await allHeld;
    expect(await verify()).toEqual(unavailable('Too many deliveries are being verified by PayPal'));
    held.forEach((answer) => answer());
    expect(await Promise.all(verifications)).toEqual(Array(64).fill(verified));
    api.answers.clear();
    expect(await verify()).toEqual(verified);
  });

  describe('with a token', () => {
    it('that is fetched once for all who ask, and kept', async () => {
      const verify = postback();
      expect(await Promise.all([verify(), verify(), verify()])).toEqual([verified, verified, verified]);
      expect(await verify()).toEqual(verified);
      expect(api.countOf('token')).toBe(1);
      expect(api.countOf('question')).toBe(4);
    });

    it('that is fetched anew a minute before its end', async () => {
      api.lifetime = 3600;
      const verify = postback();
      await verify();
      clock.now += 3_539_999;
      await verify();
      expect(api.countOf('token')).toBe(1);
      clock.now += 1;
      expect(await verify()).toEqual(verified);
      expect(api.countOf('token')).toBe(2);
    });

    it('that is fetched anew when PayPal has taken it back', async () => {
      const verify = postback();
      await verify();
      api.revoke();
      expect(await Promise.all([verify(), verify()])).toEqual([verified, verified]);
      expect(api.countOf('token')).toBeLessThanOrEqual(3);
    });

    it('that PayPal never accepts, and tells who is on call what to mend', async () => {
      api.answer('question', (response) => json(response, 401, { error: 'invalid_token' }));
      expect(await postback()()).toEqual(
        unavailable('PayPal refuses PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET'),
      );
      expect(api.countOf('question')).toBe(2);
    });

    it('that it does not get with a wrong secret, for which it asks every ten seconds at most', async () => {
      const verify = postback({ PAYPAL_CLIENT_SECRET: 'wrong' });
      const reply = unavailable('PayPal refuses PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET');
      expect(await verify()).toEqual(reply);
      clock.now += 9_999;
      expect(await verify()).toEqual(reply);
      expect(api.countOf('token')).toBe(1);
      clock.now += 1;
      expect(await verify()).toEqual(reply);
      expect(api.countOf('token')).toBe(2);
      expect(api.countOf('question')).toBe(0);
    });

    it.each<[string, number, unknown]>([
      ['none', 200, {}],
      ['one that cannot stand in a header', 200, { access_token: 'a\r\nb', expires_in: 3600 }],
      ['one without an end', 200, { access_token: 'a' }],
      ['one with another status', 400, { access_token: 'a', expires_in: 3600 }],
    ])('unless PayPal answers with %s', async (_, status, body) => {
      api.answer('token', (response) => json(response, status, body));
      expect(await postback()()).toEqual(unavailable(`PayPal's API answered ${status} without a token`));
      expect(api.countOf('question')).toBe(0);
    });
  });
});

describe('PAYPAL_VERIFY=postback', () => {
  const verifierWith = (env: Record<string, string>) =>
    paypal.verifier(readFrom({ ...SETTINGS, ...env }), offline);

  it.each(['PAYPAL_WEBHOOK_ID', 'PAYPAL_CLIENT_ID', 'PAYPAL_CLIENT_SECRET'])(
    'verifies nothing without %s',
    async (name) => {
      const verifier = verifierWith({ [name]: ' ' });
      expect(verifier.configured).toBe(false);
      expect(await verifier.verify(deliveryOf(signedHeaders(), Buffer.from(BODY)))).toEqual({
        outcome: 'unconfigured',
        setting: name,
      });
      const withRelay = verifierWith({ [name]: '', PAYPAL_WEBHOOK_SECRET: 'relay' });
      expect(withRelay.configured).toBe(true);
      expect(await withRelay.verify(deliveryOf(signedHeaders(), Buffer.from(BODY)))).toEqual({
        outcome: 'unconfigured',
        setting: name,
      });
    },
  );

  it('leaves the relay as it is', async () => {
    const env = { ...SETTINGS, PAYPAL_WEBHOOK_SECRET: 'relay' };
    const { headers, body } = paypal.sign(unsigned(paypal), readFrom(env), NOON, ADDRESS)!;
    expect(await verifierWith(env).verify(deliveryOf(headers, body))).toEqual({
      outcome: 'verified',
      secretLabel: '1',
    });
  });
});
