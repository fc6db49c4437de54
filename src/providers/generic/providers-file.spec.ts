import { deliveryOf, NOON, offline, readFrom, unsigned } from '../settings.fixture.js';
import { ACME, faultsOf } from './generic.fixture.js';
import { parseProvidersFile } from './providers-file.js';

const parse = (definitions: unknown) => parseProvidersFile(JSON.stringify(definitions), ['stripe', 'square']);

describe('a file of providers', () => {
  it('makes each of its definitions a provider with a secret of its own', () => {
    const { providers, faults } = parse({ acme: ACME, 'other-shop': { ...ACME, batched: true } });
    expect(faults).toEqual([]);
    expect(providers.map(({ name }) => name)).toEqual(['acme', 'other-shop']);
    const [acme, other] = providers;
    expect(acme?.settings).toMatchObject([{ name: 'ACME_WEBHOOK_SECRET', secret: true }]);
    expect(other?.settings).toMatchObject([{ name: 'OTHER_SHOP_WEBHOOK_SECRET', secret: true }]);
    expect(acme?.batched).toBeUndefined();
    expect(other?.batched).toBe(true);
  });

  it('may take a preset, and change what is different', async () => {
    const { providers, faults } = parse({
      shop: { preset: 'square' },
      patient: { preset: 'hubspot', timestamp: { tolerance: 3600 }, event: { entity: '/portalId' } },
    });
    expect(faults).toEqual([]);
    const [shop, patient] = providers;
    expect(shop).toMatchObject({ name: 'shop', signatureHeaders: ['x-square-hmacsha256-signature'] });
    const read = readFrom({ PATIENT_WEBHOOK_SECRET: 'secret' });
    const url = 'https://hooks.example.org/webhooks/patient';
    const { headers, body } = patient!.sign(unsigned(patient!), read, NOON, url)!;
    const later = (seconds: number) =>
      patient!
        .verifier(read, offline)
        .verify(deliveryOf(headers, body, { url, receivedAt: NOON + seconds * 1000 }));
    expect(await later(3600)).toMatchObject({ outcome: 'verified' });
    expect(await later(3601)).toEqual({ outcome: 'refused', reason: 'timestamp_stale' });
    const [event] = JSON.parse(body.toString()) as [Record<string, unknown>];
    expect(patient!.readEnvelope(event, {})).toMatchObject({
      envelope: { type: 'contact.creation', entity: '62515', account: '62515' },
    });
  });

  it('is refused with the faults of all its definitions at once', () => {
    const { providers, faulty, faults } = parse({
      acme: ACME,
      square: ACME,
      stripe: { preset: 'square' },
      Acme: ACME,
      mine: { preset: 'shopify' },
      yours: { preset: 'square', signature: { encoding: 'base32' }, secret: 'hunter2' },
    });
    expect(providers.map(({ name }) => name)).toEqual(['acme']);
    expect(faulty).toEqual(['square', 'stripe', 'Acme', 'mine', 'yours']);
    expect(faults).toEqual([
      '/square is a provider that there is already',
      '/stripe is a provider that there is already',
      '/Acme must be a name of a-z, 0-9 and hyphens, up to 40, that begins with a letter',
      '/mine/preset must be one of square, twilio, intercom, hubspot, gitlab-token',
      expect.stringMatching(/^\/yours\/secret is not known; there are documentation/),
      '/yours/signature/encoding must be one of hex, base64, base64url',
    ]);
  });

  it.each(['', '{', '{"acme": hunter2}', 'null', '[]', '"text"', '1'])('cannot be %j', (text) => {
    expect(parseProvidersFile(text, []).faults).toEqual([
      expect.stringMatching(/^(?:is not JSON|must be an object of definitions by their names)$/),
    ]);
  });

  it.each(['', '-', 'a b', '1st', '__proto__', 'a'.repeat(41), 'a/b'])('has no provider %j', (name) => {
    const text = `{${JSON.stringify(name)}: ${JSON.stringify(ACME)}}`;
    expect(parseProvidersFile(text, []).faulty).toEqual([name]);
  });

  it('never shows a value of it, for a secret may stand in the wrong place', () => {
    const secret = 'hunter2 \n';
    const places = [
      { acme: secret },
      { acme: { preset: secret } },
      { acme: Object.fromEntries(Object.keys(ACME).map((field) => [field, secret])) },
      {
        acme: {
          ...ACME,
          signature: Object.fromEntries(Object.keys(ACME.signature).map((field) => [field, secret])),
        },
      },
      { acme: { ...ACME, event: { id: secret, type: secret, account: { secret } } } },
      { acme: { ...ACME, contentTypes: [secret], retries: { schedule: secret }, secretFrom: secret } },
    ];
    for (const definitions of places) {
      const faults = faultsOf(definitions);
      expect(faults.length).toBeGreaterThan(0);
      expect(faults.join()).not.toContain('hunter2');
    }
  });
});
