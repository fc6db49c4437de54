import { createHmac } from 'node:crypto';
import Stripe from 'stripe';
import type { Delivery, DeliveryHeaders, RejectionReason, Verifier } from '../../model/index.js';
import { readConfig } from '../../platform/config/index.js';
import { providers, writeSample } from '../../providers/index.js';
import { registerProviders } from '../provider-registry.js';
import { diagnose, explainFinding, explainSign, type Diagnosis, type Finding } from './index.js';

const NOON = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;
const SECRET = 'whsec_Xq7-the-right-one';

/** As Stripe sends it: indented, and not only ASCII. */
const EVENT = { id: 'evt_1', object: 'event', livemode: true, url: 'https://a/b', note: 'größe', n: [1, {}] };
const BODY = JSON.stringify(EVENT, null, 2);

interface Sent {
  readonly body?: string | Buffer;
  readonly secret?: string;
  /** When it was signed. */
  readonly at?: number;
  /** The body that was signed, where another one came. */
  readonly signed?: string;
  readonly headers?: DeliveryHeaders;
}

/** A delivery that came at noon, signed by Stripe's own SDK. */
function sent({ body = BODY, secret = SECRET, at = NOON, signed, headers = {} }: Sent = {}): Delivery {
  const header = Stripe.webhooks.generateTestHeaderString({
    payload: signed ?? body.toString(),
    secret,
    timestamp: at / 1000,
  });
  return {
    headers: { 'stripe-signature': [header], ...headers },
    body: Buffer.from(body),
    receivedAt: NOON,
    url: 'https://hooks.example.org/webhooks/stripe',
  };
}

interface Look {
  readonly to?: string;
  readonly env?: Record<string, string>;
  readonly reason?: RejectionReason;
}

async function look(delivery: Delivery, { to = 'stripe', env, reason }: Look = {}): Promise<Diagnosis> {
  const config = readConfig(env ?? { STRIPE_WEBHOOK_SECRET: SECRET }, providers);
  const registry = registerProviders(providers, config, {
    now: () => NOON,
    fetch: () => Promise.reject(new Error('nothing may be fetched')),
    trustedRoots: [],
  });
  const registered = registry.get(to);
  if (registered === undefined) throw new Error(`There is no provider ${to}`);
  return diagnose({ delivery, reason: reason ?? 'signature_mismatch', faults: [] }, registered, {
    registry,
    read: config.read,
    knownSecrets: config.doctorSecrets,
  });
}

const findingsOf = async (delivery: Delivery, more?: Look): Promise<readonly Finding[]> =>
  (await look(delivery, more)).findings;

const provider = (name: string) => {
  const found = providers.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`There is no provider ${name}`);
  return found;
};

const says = (finding: Finding | undefined): string => {
  if (finding === undefined) throw new Error('There is no finding');
  const { says: sentence, next } = explainFinding(finding, provider('stripe'));
  return `${sentence} ${next}`;
};

describe('the doctor', () => {
  it('finds that a request verifies now', async () => {
    const findings = await findingsOf(sent());
    expect(findings).toEqual([{ cause: 'verifies_now' }]);
    expect(says(findings[0])).toContain('Release it');
  });

  it('finds that it is signed, and no event', async () => {
    const [finding] = await findingsOf(sent(), { reason: 'invalid' });
    expect(finding).toEqual({ cause: 'not_an_event', faults: [] });
    const faults = [{ path: '/id', message: 'is missing' }];
    expect(says({ cause: 'not_an_event', faults })).toContain('/id is missing');
  });

  it('finds that it is signed, and a replay', async () => {
    const findings = await findingsOf(sent(), { reason: 'replayed' });
    expect(findings).toEqual([{ cause: 'replayed' }]);
    expect(says(findings[0])).toMatch(/was used before.*REPLAY_GUARD/);
  });

  it('finds that no secret is set', async () => {
    const findings = await findingsOf(sent(), { env: {}, reason: 'unconfigured' });
    expect(findings).toEqual([{ cause: 'no_secret_set', setting: 'STRIPE_WEBHOOK_SECRET' }]);
    expect(says(findings[0])).toContain('STRIPE_WEBHOOK_SECRET is not set');
  });

  it('says that a secret which is sent itself was not kept', async () => {
    const delivery = { ...sent(), headers: {} };
    const look = { to: 'gitlab-token', env: { GITLAB_TOKEN_WEBHOOK_SECRET: SECRET } };
    const unverifiable = { cause: 'secret_not_kept', headers: ['x-gitlab-token'] } as const;
    expect(await findingsOf(delivery, look)).toEqual([unverifiable]);
    expect(await findingsOf(delivery, { ...look, reason: 'invalid' })).toEqual([
      { cause: 'not_an_event', faults: [] },
      unverifiable,
    ]);
    expect(explainFinding(unverifiable, provider('gitlab-token')).next).toContain(
      'GITLAB_TOKEN_WEBHOOK_SECRET',
    );
    expect(await findingsOf(delivery, { to: 'gitlab-token', env: {} })).toMatchObject([
      { cause: 'no_secret_set' },
    ]);
  });

  it.each([
    ['white space', 'whsec_Xq7- the-right-one', 'white_space_inside'],
    ['a line end', 'whsec_Xq7-\nthe-right-one', 'white_space_inside'],
    ['a space without width', 'whsec_\u200bXq7-the-right-one', 'white_space_inside'],
    ['quotes', '"whsec_Xq7-the-right-one"', 'quoted'],
  ])('finds %s in the secret that is set', async (_what, secret, flaw) => {
    const findings = await findingsOf(sent(), { env: { STRIPE_WEBHOOK_SECRET: secret } });
    expect(findings).toEqual([{ cause: 'secret_flawed', setting: 'STRIPE_WEBHOOK_SECRET', flaw }]);
    expect(says(findings[0])).toMatch(/STRIPE_WEBHOOK_SECRET has (white space|quotes)/);
  });

  it('finds it in one of several secrets', async () => {
    const env = { STRIPE_WEBHOOK_SECRET: 'whsec_other,whsec_Xq7- the-right-one' };
    expect(await findingsOf(sent(), { env })).toMatchObject([{ cause: 'secret_flawed' }]);
  });

  it.each([
    [`${SECRET}\n`, 'line_end_behind', 'a line end behind it'],
    [`${SECRET}\r\n`, 'line_end_behind', 'a line end behind it'],
    [`${SECRET} `, 'space_behind', 'a space behind it'],
    [` ${SECRET}`, 'space_before', 'a space before it'],
  ])("finds that the sender's secret is %j", async (secret, flaw, words) => {
    const body = BODY;
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    const delivery = { ...sent(), headers: { 'x-hub-signature-256': [`sha256=${signature}`] } };
    const findings = await findingsOf(delivery, { to: 'github', env: { GITHUB_WEBHOOK_SECRET: SECRET } });
    expect(findings).toEqual([{ cause: 'sender_secret_flawed', setting: 'GITHUB_WEBHOOK_SECRET', flaw }]);
    expect(says(findings[0])).toContain(words);
  });

  const compact = JSON.stringify(EVENT);
  it.each<[string, string, string]>([
    ['compact', compact, BODY],
    ['indented_2', BODY, compact],
    ['indented_4', JSON.stringify(EVENT, null, 4), compact],
    ['spaced', '{"a": [1, {"b": "c, d: e"}], "f": {}}', '{"a":[1,{"b":"c, d: e"}],"f":{}}'],
    ['unicode_escaped', '{"a":"gr\\u00f6\\u00dfe \\ud83d\\ude00"}', '{"a":"größe 😀"}'],
    ['slashes_escaped', '{"a":"https:\\/\\/b\\/gr\\u00f6\\u00dfe"}', '{"a":"https://b/größe"}'],
    ['slashes_escaped', '{"a":"https:\\/\\/b\\/größe"}', '{"a":"https://b/größe"}'],
    ['line_feeds', '{\n"a" : 1\n}', '{\r\n"a" : 1\r\n}'],
    ['carriage_returns', '{\r\n"a" : 1\r\n}', '{\n"a" : 1\n}'],
    ['mark_removed', '{"a" : 1}', '\ufeff{"a" : 1}'],
    ['line_end_removed', '{"a" : 1}', '{"a" : 1}\n'],
    ['line_end_added', '{"a" : 1}\n', '{"a" : 1}'],
    ['decoded_once_more', '{"a" : "größe"}', Buffer.from('{"a" : "größe"}').toString('latin1')],
  ])('finds that the body was re-encoded: %s', async (change, signed, body) => {
    const findings = await findingsOf(sent({ signed, body }));
    expect(findings).toEqual([{ cause: 'body_reencoded', change }]);
    expect(says(findings[0])).toMatch(/Its body was re-encoded on the way.*proxy or gateway/);
  });

  it.each([
    [7, 'is 7 minutes fast'],
    [-7, 'is 7 minutes slow'],
    [90, 'is 90 minutes fast'],
    [60 * 24 * 3, 'is 3 days fast'],
  ])('finds that the clock is %i minutes off', async (minutes, words) => {
    const delivery = sent({ at: NOON - minutes * MINUTE });
    const findings = await findingsOf(delivery, { reason: 'timestamp_stale' });
    expect(findings).toEqual([{ cause: 'clock_off', offMs: minutes * MINUTE }]);
    expect(says(findings[0])).toContain(words);
  });

  it('finds two things at once where one is the clock', async () => {
    const findings = await findingsOf(sent({ at: NOON - 7 * MINUTE, signed: BODY, body: compact }));
    expect(findings).toEqual([
      { cause: 'body_reencoded', change: 'indented_2' },
      { cause: 'clock_off', offMs: 7 * MINUTE },
    ]);
  });

  it("finds the clock in a relay's time in ISO 8601", async () => {
    const paypal = provider('paypal');
    const config = readConfig({ PAYPAL_WEBHOOK_SECRET: SECRET }, providers);
    const signed = paypal.sign(writeSample(paypal, paypal.samples[0]!), config.read, NOON + 10 * MINUTE, '')!;
    const headers = Object.fromEntries(
      Object.entries(signed.headers).map(([name, value]) => [name, [value]]),
    );
    const delivery = { ...sent(), headers, body: signed.body };
    const env = { PAYPAL_WEBHOOK_SECRET: SECRET };
    expect(await findingsOf(delivery, { to: 'paypal', env, reason: 'timestamp_stale' })).toEqual([
      { cause: 'clock_off', offMs: -10 * MINUTE },
    ]);
  });

  it.each([
    ['stripe=whsec_old', 'retired'],
    ['github=whsec_old,stripe:test=whsec_old', 'test'],
    ['stripe=whsec_older, stripe:before=whsec_old', 'before'],
  ])('finds that it matches only a known secret: %s', async (known, name) => {
    const env = { STRIPE_WEBHOOK_SECRET: SECRET, DOCTOR_SECRETS: known };
    const findings = await findingsOf(sent({ secret: 'whsec_old' }), { env });
    expect(findings).toEqual([{ cause: 'known_secret', name, setting: 'STRIPE_WEBHOOK_SECRET' }]);
    expect(says(findings[0])).toContain(`the secret that DOCTOR_SECRETS calls ${name}`);
  });

  it("finds another provider's request, even where no secret is set for this one", async () => {
    const signature = createHmac('sha256', 'of github').update(BODY).digest('hex');
    const delivery = { ...sent(), headers: { 'x-hub-signature-256': [`sha256=${signature}`] } };
    for (const env of <Record<string, string>[]>[
      { GITHUB_WEBHOOK_SECRET: 'of github', STRIPE_WEBHOOK_SECRET: SECRET },
      { GITHUB_WEBHOOK_SECRET: 'of github' },
    ]) {
      const findings = await findingsOf(delivery, { env, reason: 'signature_missing' });
      expect(findings).toEqual([{ cause: 'other_provider', provider: 'github' }]);
      expect(says(findings[0])).toContain('/webhooks/github');
    }
  });

  it('finds that it was signed for an address with the other protocol', async () => {
    const signed = 'https://hooks.example.org/webhooks/stripe?a=1';
    const signatureOf = ({ body }: Delivery, url: string): string =>
      createHmac('sha256', SECRET).update(url).update(body).digest('hex');
    const delivery = { ...sent(), url: signed.replace('https', 'http') };
    const headers = { 'x-signature': [signatureOf(delivery, signed)] };
    // Signs the address, as some providers do.
    const verifier: Verifier = {
      configured: true,
      verify: (given) =>
        given.headers['x-signature']?.[0] === signatureOf(given, given.url)
          ? { outcome: 'verified', secretLabel: '1' }
          : { outcome: 'refused', reason: 'signature_mismatch' },
    };
    const registered = { provider: provider('stripe'), verifier, verifierWith: () => verifier };
    const { findings } = await diagnose(
      { delivery: { ...delivery, headers }, reason: 'signature_mismatch', faults: [] },
      registered,
      { registry: new Map(), read: readConfig({}, providers).read, knownSecrets: [] },
    );
    expect(findings).toEqual([{ cause: 'address_differs', signedUrl: signed }]);
    expect(says(findings[0])).toMatch(
      /signed for https:\/\/hooks\.example\.org\/webhooks\/stripe\. Set PUBLIC_URL/,
    );
  });

  it('says what it has tried where nothing fits, and what the request shows', async () => {
    const env = {
      STRIPE_WEBHOOK_SECRET: SECRET,
      GITHUB_WEBHOOK_SECRET: 'x',
      DOCTOR_SECRETS: 'stripe=whsec_old',
    };
    const body = BODY.replace('"livemode": true', '"livemode": false');
    const { findings, signs, checked } = await look(sent({ secret: 'whsec_unknown', body }), { env });
    expect(findings).toEqual([]);
    expect(signs).toEqual([{ sign: 'mode_claimed', mode: 'test', settings: ['STRIPE_WEBHOOK_SECRET'] }]);
    expect(explainSign(signs[0]!)).toMatch(
      /of the test mode.*STRIPE_WEBHOOK_SECRET.*that of the test mode\?/,
    );
    expect(checked).toEqual([
      'the settings as they are, at the time that was signed',
      'the secret retired of DOCTOR_SECRETS',
      'white space and quotes in secrets',
      'the body as it may have been before it was re-encoded',
      'the address with the other protocol',
      'the signature of github',
    ]);
  });

  it.each<[string, DeliveryHeaders, string]>([
    ['no signature', { 'stripe-signature': undefined }, 'It lacks stripe-signature'],
    ['an empty one', { 'stripe-signature': [''] }, 'It lacks stripe-signature'],
    ['two', { 'stripe-signature': ['t=1,v1=2', 't=1,v1=2'] }, 'It has stripe-signature more than once'],
    [
      "another provider's that nothing is set for",
      { 'stripe-signature': undefined, 'x-hub-signature-256': ['sha256=00'] },
      'it may belong to /webhooks/github',
    ],
  ])('tells of a request with %s', async (_what, headers, sentence) => {
    const { findings, signs } = await look(sent({ headers, body: '{}' }));
    expect(findings).toEqual([]);
    expect(signs.map(explainSign).join('\n')).toContain(sentence);
  });

  it.each(['', 'no JSON', '\u0000', '[', `${'['.repeat(1_000)}${']'.repeat(1_000)}`])(
    'takes any body: %.10j',
    async (body) => {
      const { findings } = await look(sent({ body, secret: 'whsec_unknown' }));
      expect(findings).toEqual([]);
    },
  );

  it('never says a secret', async () => {
    const env = {
      STRIPE_WEBHOOK_SECRET: `${SECRET},whsec_Zw9 split`,
      GITHUB_WEBHOOK_SECRET: 'of-github-Kj2',
      DOCTOR_SECRETS: 'stripe=whsec_Old-Rt5',
    };
    const deliveries = ['whsec_Zw9split', 'whsec_Old-Rt5', 'whsec_unknown', `${SECRET}\n`].map((secret) =>
      sent({ secret }),
    );
    const told = await Promise.all(
      deliveries.map(async (delivery) => {
        const { findings, signs, checked } = await look(delivery, { env });
        return JSON.stringify([findings, findings.map(says), signs, signs.map(explainSign), checked]);
      }),
    );
    expect(told.join()).toContain('known_secret');
    expect(told.join()).not.toMatch(/Xq7|Zw9|Kj2|Rt5/);
  });
});
