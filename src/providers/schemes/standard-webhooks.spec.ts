import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { NOON, deliveryOf } from '../settings.fixture.js';
import {
  signAsStandardWebhooks,
  standardWebhooksVerifier,
  type StandardWebhooksScheme,
} from './standard-webhooks.js';

/** Of the specification's own tests: libraries/javascript/src/webhook.test.ts. */
const VECTOR = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  seconds: 1614265330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

const BODY = '{"type":"note.taken","data":{"note":"grüße 😀\\r\\n"}}';
const [SECRET, OTHER] = [7, 9].map((byte) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`);
const NOTHING = Buffer.alloc(32).toString('base64');

const both: StandardWebhooksScheme = { prefixes: ['webhook', 'svix'], setting: 'SOME_SECRET' };
const own: StandardWebhooksScheme = { prefixes: ['webhook'], setting: 'SOME_SECRET' };

const verified = { outcome: 'verified', secretLabel: '1' };
const refused = (reason: string) => ({ outcome: 'refused', reason });

type Headers = Record<string, string | readonly string[]>;

function verify(headers: Headers, { secrets = [SECRET!], scheme = both, body = Buffer.from(BODY) } = {}) {
  return standardWebhooksVerifier(secrets, scheme).verify(deliveryOf(headers, body));
}

/** Headers as the official library signs. */
function signed(id = 'msg_1', { secret = SECRET!, at = NOON, prefix = 'webhook' } = {}) {
  return {
    [`${prefix}-id`]: id,
    [`${prefix}-timestamp`]: String(at / 1000),
    [`${prefix}-signature`]: new Webhook(secret).sign(id, new Date(at), BODY),
  };
}

const v1 = (content: string, secret = SECRET!) =>
  `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
    .update(content)
    .digest('base64')}`;

describe('the signature of Standard Webhooks', () => {
  it("agrees with the specification's vector", () => {
    const headers = {
      'webhook-id': VECTOR.id,
      'webhook-timestamp': String(VECTOR.seconds),
      'webhook-signature': VECTOR.signature,
    };
    const receivedAt = VECTOR.seconds * 1000;
    const delivery = deliveryOf(headers, Buffer.from(VECTOR.body), { receivedAt });
    expect(standardWebhooksVerifier([VECTOR.secret], own).verify(delivery)).toEqual(verified);
  });

  it('is verified when the official library signs, with either prefix', () => {
    expect(verify(signed())).toEqual(verified);
    expect(verify(signed('msg.1', { prefix: 'svix' }))).toEqual(verified);
    expect(verify(signed(), { scheme: own })).toEqual(verified);
  });

  it('is made as the official library verifies', () => {
    const message = { id: 'msg_1', body: Buffer.from(BODY) };
    const { headers } = signAsStandardWebhooks(message, SECRET!, 'webhook', Date.now());
    expect(new Webhook(SECRET!).verify(BODY, { ...headers })).toEqual(JSON.parse(BODY));
  });

  it('may come from any of several secrets, and one of several may be right', () => {
    const secrets = [OTHER!, SECRET!];
    expect(verify(signed(), { secrets })).toEqual({ outcome: 'verified', secretLabel: '2' });
    const ours = signed()['webhook-signature'];
    const theirs = signed('msg_1', { secret: OTHER })['webhook-signature'];
    for (const list of [`${ours} ${theirs}`, `${theirs} ${ours}`, `v1a,abc= ${ours}`, `${ours} v2,x`]) {
      expect(verify({ ...signed(), 'webhook-signature': list })).toEqual(verified);
    }
  });

  const { 'webhook-signature': ok } = signed();

  it.each<[string, Headers, string]>([
    ['nothing', {}, 'signature_missing'],
    ['no id', { ...signed(), 'webhook-id': [] }, 'signature_missing'],
    ['an empty time', { ...signed(), 'webhook-timestamp': '' }, 'signature_missing'],
    ['a doubled id', { ...signed(), 'webhook-id': ['msg_1', 'msg_1'] }, 'signature_doubled'],
    ['an id with a blank', { ...signed('msg 1') }, 'signature_malformed'],
    ['an id that is too long', { ...signed('x'.repeat(256)) }, 'signature_malformed'],
    [
      'a time that is no number',
      { ...signed(), 'webhook-timestamp': `${NOON / 1000}.0` },
      'signature_malformed',
    ],
    ['a time in milliseconds', { ...signed(), 'webhook-timestamp': `${NOON}` }, 'signature_malformed'],
    [
      'two signatures that a proxy joined',
      { ...signed(), 'webhook-signature': `${ok}, ${ok}` },
      'signature_malformed',
    ],
    [
      'a signature without a version',
      { ...signed(), 'webhook-signature': ok!.slice(3) },
      'signature_malformed',
    ],
    ['half a signature', { ...signed(), 'webhook-signature': 'v1,AAAA' }, 'signature_malformed'],
    [
      'base64 that is not canonical',
      { ...signed(), 'webhook-signature': ok!.replace('=', '') },
      'signature_malformed',
    ],
    ['an ending blank', { ...signed(), 'webhook-signature': `${ok} ` }, 'signature_malformed'],
    ['ed25519 alone', { ...signed(), 'webhook-signature': `v1a,${NOTHING}` }, 'algorithm_unknown'],
    ['another signature', { ...signed(), 'webhook-signature': `v1,${NOTHING}` }, 'signature_mismatch'],
    ['the signature of another id', { ...signed(), 'webhook-id': 'msg_2' }, 'signature_mismatch'],
    [
      'the signature of another time',
      { ...signed(), 'webhook-timestamp': `${NOON / 1000 - 1}` },
      'signature_mismatch',
    ],
    ['the signature of another secret', signed('msg_1', { secret: OTHER }), 'signature_mismatch'],
    [
      'the whole secret as the key',
      {
        ...signed(),
        'webhook-signature': `v1,${createHmac('sha256', SECRET!)
          .update(`msg_1.${NOON / 1000}.${BODY}`)
          .digest('base64')}`,
      },
      'signature_mismatch',
    ],
  ])('is refused: %s', (_, headers, reason) => {
    expect(verify(headers)).toEqual(refused(reason));
  });

  it('is never put together from both prefixes', () => {
    const [plain, svix] = [signed(), signed('msg_1', { prefix: 'svix' })];
    const { 'webhook-id': _, ...withoutId } = plain;
    expect(verify({ ...withoutId, 'svix-id': 'msg_1' })).toEqual(refused('signature_missing'));
    // One of them is complete, and nothing is taken from the other.
    expect(verify({ ...svix, 'webhook-id': 'msg_2' })).toEqual(verified);
    expect(verify({ ...svix, ...signed('msg_2', { secret: OTHER }) })).toEqual(refused('signature_mismatch'));
    expect(verify(svix, { scheme: own })).toEqual(refused('signature_missing'));
  });

  it.each([
    [-300, verified],
    [-301, refused('timestamp_stale')],
    [300, verified],
    [301, refused('timestamp_stale')],
  ])('may be %d seconds from when it came, or not', (seconds, verification) => {
    expect(verify(signed('msg_1', { at: NOON + seconds * 1000 }))).toEqual(verification);
  });

  it('covers bytes, not text', () => {
    const body = Buffer.from('{"note":"\ufffd"}');
    const headers = { ...signed(), 'webhook-signature': v1(`msg_1.${NOON / 1000}.${body.toString()}`) };
    expect(verify(headers, { body })).toEqual(verified);
    const invalid = Buffer.concat([Buffer.from('{"note":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(verify(headers, { body: invalid })).toEqual(refused('signature_mismatch'));
    const bom = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(BODY)]);
    expect(verify(signed(), { body: bom })).toEqual(refused('signature_mismatch'));
  });

  it('needs a secret', () => {
    expect(verify(signed(), { secrets: [] })).toEqual({ outcome: 'unconfigured', setting: 'SOME_SECRET' });
    expect(standardWebhooksVerifier([], both).configured).toBe(false);
  });
});
