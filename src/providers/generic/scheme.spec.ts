import { createHmac } from 'node:crypto';
import { deliveryOf, NOON, offline, readFrom } from '../settings.fixture.js';
import { ACME, acmeBy } from './generic.fixture.js';

const BODY = '{"note":"grüße 😀\r\n"}';
const SECRET = 'one';
const verified = { outcome: 'verified', secretLabel: '1' };
const refused = (reason: string) => ({ outcome: 'refused', reason });

/** A definition with another signature; timed only if it says so. */
function signedAs(signature: Record<string, unknown>, more: Record<string, unknown> = {}) {
  return {
    ...ACME,
    timestamp: undefined,
    signature: { ...ACME.signature, signed: '{body}', ...signature },
    ...more,
  };
}

/** By the definition of `acme`, with these secrets. */
async function verify(
  definition: unknown,
  headers: Record<string, string | string[]>,
  more: Parameters<typeof deliveryOf>[2] = {},
  secrets = SECRET,
) {
  const verifier = acmeBy(definition).verifier(readFrom({ ACME_WEBHOOK_SECRET: secrets }), offline);
  return verifier.verify(deliveryOf(headers, Buffer.from(BODY), more));
}

const hmac = (content: string, key = SECRET, hash = 'sha256') => createHmac(hash, key).update(content);

describe('a signature by definition', () => {
  const HASHES = ['sha1', 'sha256', 'sha512'];
  const ENCODINGS = ['hex', 'base64', 'base64url'] as const;
  const combinations = HASHES.flatMap((hash) => ENCODINGS.map((encoding) => [hash, encoding] as const));

  it.each(combinations)('is verified by HMAC-%s in %s, and by nothing near it', async (hash, encoding) => {
    const definition = signedAs({ algorithm: `hmac-${hash}`, encoding });
    const text = hmac(BODY, SECRET, hash).digest(encoding);
    const verifyText = (value: string) => verify(definition, { 'x-acme-signature': `v1=${value}` });
    expect(await verifyText(text)).toEqual(verified);
    const wrongKey = hmac(BODY, 'two', hash).digest(encoding);
    expect(await verifyText(wrongKey)).toEqual(refused('signature_mismatch'));
    const otherHash = hmac(BODY, SECRET, hash === 'sha1' ? 'sha256' : 'sha1').digest(encoding);
    for (const odd of [otherHash, `${text} `, ` ${text}`, `${text}0`, text.slice(0, -1), `${text}===`, '']) {
      expect(await verifyText(odd)).toEqual(refused('signature_malformed'));
    }
  });

  it('may be in capital hex, but not in both', async () => {
    const text = hmac(BODY).digest('hex');
    const mixed = text.replace(/[a-f]/, (letter) => letter.toUpperCase());
    const verifyText = (value: string) => verify(signedAs({}), { 'x-acme-signature': `v1=${value}` });
    expect(await verifyText(text.toUpperCase())).toEqual(verified);
    expect(await verifyText(mixed)).toEqual(refused('signature_malformed'));
  });

  it('may have the padding of base64url, or none', async () => {
    const text = hmac(BODY).digest('base64url');
    const verifyText = (value: string) =>
      verify(signedAs({ encoding: 'base64url' }), { 'x-acme-signature': `v1=${value}` });
    expect(await verifyText(`${text}=`)).toEqual(verified);
    expect(await verifyText(`${text}==`)).toEqual(refused('signature_malformed'));
  });

  it('must have its prefix, once', async () => {
    const text = hmac(BODY).digest('hex');
    for (const value of [text, `v0=${text}`, `V1=${text}`, `v1=v1=${text}`, `v1=${text},v1=${text}`]) {
      expect(await verify(signedAs({}), { 'x-acme-signature': value })).toEqual(
        refused('signature_malformed'),
      );
    }
    expect(await verify(signedAs({ prefix: '' }), { 'x-acme-signature': text })).toEqual(verified);
  });

  it('may come from any of several secrets', async () => {
    const by = (key: string) => ({ 'x-acme-signature': `v1=${hmac(BODY, key).digest('hex')}` });
    expect(await verify(signedAs({}), by('new'), {}, ' new , old ,')).toEqual(verified);
    expect(await verify(signedAs({}), by('old'), {}, ' new , old ,')).toEqual({
      ...verified,
      secretLabel: '2',
    });
    expect(await verify(signedAs({}), by(''), {}, 'new')).toEqual(refused('signature_mismatch'));
    expect(await verify(signedAs({}), by(''), {}, ' , ')).toEqual({
      outcome: 'unconfigured',
      setting: 'ACME_WEBHOOK_SECRET',
    });
  });

  it('covers what its template says, in that order', async () => {
    const url = 'https://hooks.example.org/webhooks/acme?a=b';
    const time = String(NOON);
    const definition = {
      ...ACME,
      event: { id: 'header:X-Acme-Id', type: '/type' },
      timestamp: { header: 'X-Acme-Timestamp', unit: 'ms' },
      signature: { ...ACME.signature, signed: 'POST {url}|{id}|{body}|{timestamp}' },
    };
    const headers = {
      'x-acme-signature': `v1=${hmac(`POST ${url}|id-1|${BODY}|${time}`).digest('hex')}`,
      'x-acme-timestamp': time,
      'x-acme-id': 'id-1',
    };
    expect(acmeBy(definition).signatureHeaders).toEqual(Object.keys(headers));
    expect(await verify(definition, headers, { url })).toEqual(verified);
    expect(await verify(definition, headers, { url: `${url}c` })).toEqual(refused('signature_mismatch'));
    expect(await verify(definition, { ...headers, 'x-acme-id': 'id-2' }, { url })).toEqual(
      refused('signature_mismatch'),
    );
    expect(await verify(definition, { ...headers, 'x-acme-id': ['id-1', 'id-1'] }, { url })).toEqual(
      refused('signature_doubled'),
    );
    expect(await verify(definition, { ...headers, 'x-acme-id': [] }, { url })).toEqual(
      refused('signature_missing'),
    );
  });

  it.each([
    ['https://a.org/x', 'https://a.org:443/x'],
    ['http://a.org/x?y=1:2', 'http://a.org:80/x?y=1:2'],
    ['https://a.org:8443/x', 'https://a.org/x'],
    ['https://[::1]/x', 'https://[::1]:443/x'],
    ['https://[::1]:9/x', 'https://[::1]/x'],
    ['https://a.org', 'https://a.org:443'],
  ])('of %s may be of %s when the port is optional', async (url, signed) => {
    const headers = { 'x-acme-signature': `v1=${hmac(signed + BODY).digest('hex')}` };
    const optional = signedAs({ signed: '{url}{body}', portOptional: true });
    expect(await verify(optional, headers, { url })).toEqual(verified);
    expect(await verify(optional, headers, { url: signed })).toEqual(verified);
    expect(await verify(optional, headers, { url: url.replace('/x', '/z').concat('z') })).toEqual(
      refused('signature_mismatch'),
    );
    expect(await verify(signedAs({ signed: '{url}{body}' }), headers, { url })).toEqual(
      refused('signature_mismatch'),
    );
  });
});

describe('a signed time', () => {
  const sign = (time: string) => ({
    'x-acme-signature': `v1=${hmac(`${time}.${BODY}`).digest('hex')}`,
    'x-acme-timestamp': time,
  });

  it.each([
    ['s', 0, 'verified'],
    ['s', 300, 'verified'],
    ['s', -300, 'verified'],
    ['s', 301, 'refused'],
    ['s', -301, 'refused'],
    ['ms', 300, 'verified'],
    ['ms', -301, 'refused'],
    ['ms', 301, 'refused'],
  ])('in %s that is %i seconds from the receipt is %s', async (unit, seconds, outcome) => {
    const time = String(unit === 's' ? NOON / 1000 + seconds : NOON + seconds * 1000);
    const definition = { ...ACME, timestamp: { ...ACME.timestamp, unit } };
    expect(await verify(definition, sign(time))).toMatchObject({ outcome });
  });

  it('is judged by the receipt, however late it is looked at', async () => {
    const time = String(NOON / 1000 - 86_400);
    const old = { receivedAt: NOON - 86_400_000 };
    expect(await verify(ACME, sign(time), old)).toEqual(verified);
    expect(await verify(ACME, sign(time))).toEqual(refused('timestamp_stale'));
  });

  it('in the other unit is stale', async () => {
    expect(await verify(ACME, sign(String(NOON)))).toEqual(refused('timestamp_stale'));
  });

  it('is said to be stale only if it was signed', async () => {
    const headers = { ...sign('1'), 'x-acme-timestamp': '2' };
    expect(await verify(ACME, headers)).toEqual(refused('signature_mismatch'));
  });

  it.each(['now', '-1', '1.5', '1e9', '0x10', ` ${NOON / 1000}`, `${NOON / 1000}abc`, '9'.repeat(16)])(
    'that is %j is malformed',
    async (time) => {
      expect(await verify(ACME, sign(time))).toEqual(refused('signature_malformed'));
    },
  );
});

describe('a token', () => {
  const definition = signedAs({
    algorithm: 'token',
    encoding: undefined,
    signed: undefined,
    prefix: 'Bearer ',
  });

  it('is accepted if it is one of the secrets, and nothing near them', async () => {
    const verifyToken = (value: string) => verify(definition, { 'x-acme-signature': value }, {}, 'one,two');
    expect(await verifyToken('Bearer one')).toEqual(verified);
    expect(await verifyToken('Bearer two')).toEqual({ ...verified, secretLabel: '2' });
    for (const token of ['on', 'onee', 'One', ' one', 'one,two', 'twö', '']) {
      expect(await verifyToken(`Bearer ${token}`)).toEqual(refused('signature_mismatch'));
    }
    expect(await verifyToken('one')).toEqual(refused('signature_malformed'));
  });

  it('is never kept', () => {
    const provider = acmeBy(definition);
    expect(provider.secretHeaders).toEqual(['x-acme-signature']);
    expect(provider.keptHeaders).toEqual(['content-type', 'user-agent']);
  });
});

describe('an id that is not signed', () => {
  const envelope = { account: '', deliveryKey: 'key', type: 'push', entity: null, occurredAt: null };

  it('makes the hash of the body something that is used once, if rarely twice', () => {
    const provider = acmeBy({ ...ACME, event: { id: 'header:X-Id', type: '/type' } });
    const keyOf = (body: string) => provider.replayKey?.(deliveryOf({}, Buffer.from(body)), envelope);
    expect(keyOf('a')).toEqual({
      key: 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
      claim: 'key',
      otherwise: 'suspected',
    });
    expect(keyOf('b')?.key).not.toBe(keyOf('a')?.key);
  });

  it('is not one that is in the body or in the template', () => {
    expect(acmeBy(ACME).replayKey).toBeUndefined();
    const signed = { ...ACME.signature, signed: '{id}{timestamp}{body}' };
    const event = { id: 'header:X-Id', type: '/type' };
    expect(acmeBy({ ...ACME, event, signature: signed }).replayKey).toBeUndefined();
  });
});
