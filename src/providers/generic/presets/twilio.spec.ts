import { createHash } from 'node:crypto';
import {
  getExpectedTwilioSignature,
  validateRequest,
  validateRequestWithBody,
} from 'twilio/lib/webhooks/webhooks.js';
import { chooseSeed, seededRandom } from '../../../../test/support/random.js';
import { delivered, deliveryOf, NOON, offline, readFrom, unsigned } from '../../settings.fixture.js';
import { presets } from '../preset-providers.js';

const TOKEN = '12345';
const twilio = presets.find(({ name }) => name === 'twilio')!;
const read = readFrom({ TWILIO_WEBHOOK_SECRET: TOKEN });
const FORM = 'application/x-www-form-urlencoded';
const ADDRESS = 'https://hooks.example.org/webhooks/twilio?foo=1&bar=2';

const verified = { outcome: 'verified', secretLabel: '1' };
const mismatch = { outcome: 'refused', reason: 'signature_mismatch' };

type Parameters = Record<string, string | string[]>;

function verify(signature: string, body: string, { url = ADDRESS, type = FORM } = {}) {
  const headers = { 'x-twilio-signature': signature, 'content-type': type };
  return twilio.verifier(read, offline).verify(deliveryOf(headers, Buffer.from(body), { url }));
}

function encode(parameters: Parameters): string {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
  return new URLSearchParams(pairs).toString();
}

describe("Twilio's forms", () => {
  const parameters = {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    To: '+1 800&=%',
  };

  it("are verified as Twilio's library signs", async () => {
    const signature = getExpectedTwilioSignature(TOKEN, ADDRESS, parameters);
    expect(await verify(signature, encode(parameters))).toEqual(verified);
    expect(await verify(signature, encode(parameters), { type: `${FORM}; charset=UTF-8` })).toEqual(verified);
    expect(await verify(signature, encode({ ...parameters, Digits: '1235' }))).toEqual(mismatch);
    expect(await verify(signature, encode(parameters), { url: `${ADDRESS}&a=b` })).toEqual(mismatch);
    expect(await verify(signature, encode(parameters), { type: 'application/json' })).toEqual(mismatch);
  });

  it("are signed as Twilio's library verifies", () => {
    for (const sample of twilio.samples) {
      const { headers, body } = twilio.sign(unsigned(twilio, sample), read, NOON, ADDRESS)!;
      const sent = Object.fromEntries(new URLSearchParams(body.toString()));
      expect(validateRequest(TOKEN, headers['x-twilio-signature']!, ADDRESS, sent)).toBe(true);
    }
  });

  it('whatever is in them, are verified as its library signs, and not when a character is another', async () => {
    const seed = chooseSeed();
    const random = seededRandom(seed);
    const pick = (texts: readonly string[]) => texts[Math.floor(random() * texts.length)]!;
    const letters = ['a', 'b', 'A', 'B'];
    const characters = [...letters, ...['0', ' ', '+', '&', '=', '%', '?', '#', '/', '"', '\r', '\n', '\0']];
    const text = (length: number) =>
      Array.from({ length }, () => pick([...characters, 'ä', '€', '😀'])).join('');
    for (let round = 0; round < 500; round++) {
      const sent: Parameters = {};
      for (let field = Math.floor(random() * 8); field >= 0; field--) {
        const value = () => text(Math.floor(random() * 12));
        sent[`${pick(letters)}${text(3)}`] = random() < 0.2 ? [value(), value(), value()] : value();
      }
      const signature = getExpectedTwilioSignature(TOKEN, ADDRESS, sent);
      const [name] = Object.keys(sent);
      const changed = encode({ ...sent, [name!]: `${[sent[name!]].flat().join('')}!` });
      const outcomes = [await verify(signature, encode(sent)), await verify(signature, changed)];
      expect({ seed, round, sent, outcomes }).toMatchObject({ outcomes: [verified, mismatch] });
    }
  });

  it.each([
    ['https://a.org/x', 'https://a.org:443/x'],
    ['https://a.org:8443/x', 'https://a.org/x'],
    ['http://a.org/x', 'http://a.org:80/x'],
  ])('to %s may be signed as to %s', async (url, other) => {
    // The library's URL parser would take the usual port away.
    const { headers, body } = twilio.sign(unsigned(twilio), read, NOON, other)!;
    const signature = headers['x-twilio-signature']!;
    expect(await verify(signature, body.toString(), { url })).toEqual(verified);
    const sent = Object.fromEntries(new URLSearchParams(body.toString()));
    expect(validateRequest(TOKEN, signature, url, sent)).toBe(true);
  });

  it.each(['a=1&&b=2', 'a', '=1', 'a=1=2', 'a=%', 'a=%zz', 'a=%ff', 'a=1&', '&a=1'])(
    'that are none, such as %j, are refused',
    async (body) => {
      const lenient = Object.fromEntries(new URLSearchParams(body));
      const signature = getExpectedTwilioSignature(TOKEN, ADDRESS, lenient);
      expect(await verify(signature, body)).toEqual(mismatch);
    },
  );

  it('that are not UTF-8 are refused', async () => {
    const signature = getExpectedTwilioSignature(TOKEN, ADDRESS, { a: '\ufffd' });
    const headers = { 'x-twilio-signature': signature, 'content-type': FORM };
    const delivery = deliveryOf(headers, Buffer.from([0x61, 0x3d, 0xff]), { url: ADDRESS });
    expect(await twilio.verifier(read, offline).verify(delivery)).toEqual(mismatch);
  });
});

describe("Twilio's JSON", () => {
  const BODY = '{"property": "value", "boolean": true}';
  const hash = createHash('sha256').update(BODY).digest('hex');
  const hashed = (sum = hash) => `${ADDRESS}&bodySHA256=${sum}`;
  const json = (url: string) => ({ url, type: 'application/json' });

  it('is verified if the signed URL has its hash, as its library does', async () => {
    const signature = getExpectedTwilioSignature(TOKEN, hashed(), {});
    expect(validateRequestWithBody(TOKEN, signature, hashed(), BODY)).toBe(true);
    expect(await verify(signature, BODY, json(hashed()))).toEqual(verified);
    expect(await verify(signature, `${BODY} `, json(hashed()))).toEqual(mismatch);
  });

  it('is refused without the hash, with another, or with two', async () => {
    const urls = [ADDRESS, hashed(''), hashed(hash.toUpperCase()), hashed(`${hash}&bodySHA256=${hash}`)];
    for (const url of urls) {
      const signature = getExpectedTwilioSignature(TOKEN, url, {});
      expect(await verify(signature, BODY, json(url))).toEqual(mismatch);
    }
  });

  it('is not read as a form, nor a form as JSON', async () => {
    const signature = getExpectedTwilioSignature(TOKEN, hashed(), {});
    expect(await verify(signature, BODY, { url: hashed() })).toEqual(mismatch);
    const headers = { 'x-twilio-signature': signature, 'content-type': [FORM, FORM] };
    const delivery = deliveryOf(headers, Buffer.from(''), { url: ADDRESS });
    expect(await twilio.verifier(read, offline).verify(delivery)).toEqual(mismatch);
  });
});

describe("Twilio's events", () => {
  const typeOf = (payload: unknown, headers = {}) => twilio.readEnvelope(payload, delivered(headers));

  it.each([
    [{ MessageSid: 'SM1', MessageStatus: 'delivered' }, 'message.delivered', 'SM1.delivered', 'SM1'],
    [{ MessageSid: 'SM1', SmsSid: 'SM1', SmsStatus: 'received' }, 'message.received', 'SM1.received', 'SM1'],
  ])('of %j are %s', (payload, type, deliveryKey, entity) => {
    expect(typeOf(payload)).toMatchObject({ envelope: { type, deliveryKey, entity } });
  });

  it('have the token of the request as their id, and need it where several may say the same', () => {
    const call = { CallSid: 'CA1', CallStatus: 'in-progress', AccountSid: 'AC1' };
    expect(typeOf(call, { 'i-twilio-idempotency-token': 'token-1' })).toMatchObject({
      envelope: { deliveryKey: 'token-1', type: 'call.in-progress', entity: 'CA1', account: 'AC1' },
    });
    expect(typeOf(call)).toMatchObject({
      outcome: 'invalid',
      faults: [{ path: 'I-Twilio-Idempotency-Token' }],
    });
  });

  it('are suspected when the same form comes under another token, in whatever order', () => {
    const envelope = { account: '', deliveryKey: 'token-1', type: 'webhook', entity: null, occurredAt: null };
    const keyOf = (body: string, type = FORM) =>
      twilio.replayKey?.(deliveryOf({ 'content-type': type }, Buffer.from(body)), envelope)?.key;
    expect(keyOf('b=2&a=1')).toBe(keyOf('a=1&b=2'));
    expect(keyOf('a=1&b=3')).not.toBe(keyOf('a=1&b=2'));
    expect(keyOf('b=2&a=1', 'application/json')).not.toBe(keyOf('a=1&b=2', 'application/json'));
  });
});
