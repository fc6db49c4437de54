import fc from 'fast-check';
import { chooseSeed } from '../../test/support/random.js';
import type { Delivery } from '../model/index.js';
import { HeaderReader } from './handed-over.fixture.js';
import { providers } from './index.js';
import { certifiedPaypal, keyringOf } from './keyring.fixture.js';
import { ADDRESS, NOON, delivered, deliveryOf, unsigned } from './settings.fixture.js';
import { anyCase, forge, recased, type Addressed, type Case } from './signed-cases.fixture.js';

// What every provider's signature promises, tried with whatever may be signed. `npm run test:properties` tries more,
// and a seed again; docs/providers.md tells how.

const CASES = Number(process.env['PROPERTY_CASES'] ?? 500);
const LONG = CASES > 500;
const SEED = chooseSeed() | 0;
const ONLY = process.env['PROPERTY_PROVIDER'];

jest.setTimeout(24 * 60 * 60 * 1000);

const refused = (reason: string) => ({ outcome: 'refused', reason });

const keyrings = [...providers.map(keyringOf), certifiedPaypal()].filter(
  ({ provider }) => ONLY === undefined || provider.name === ONLY,
);

beforeAll(() => {
  process.stderr.write(`Signatures: ${CASES} cases for each of ${keyrings.length}, seed ${SEED}\n`);
});

describe.each(keyrings)('the signature of $name', (keyring) => {
  const { provider, verifier, trusted, stranger, tolerance } = keyring;
  const reader = new HeaderReader();

  /** As it comes to the verifier. */
  const arrived = async (
    { signed, url }: Addressed,
    { signedAt, near, capitals }: Case,
  ): Promise<Delivery> => ({
    headers: await reader.read(recased(signed.headers, capitals)),
    body: signed.body,
    receivedAt: signedAt + near,
    url,
  });

  /** The body, unless a header is the secret itself; the address, if what was signed for it is worth nothing elsewhere. */
  const signedParts = async (): Promise<string[]> => {
    const { headers, body } = trusted[0]!.sign(unsigned(provider), NOON, ADDRESS);
    const elsewhere = await verifier.verify(deliveryOf(headers, body, { url: 'http://else.where/x' }));
    return [
      ...(provider.secretHeaders === undefined ? ['body'] : []),
      ...(elsewhere.outcome === 'refused' ? ['address'] : []),
      ...provider.signatureHeaders.filter((name) => headers[name] !== undefined),
    ];
  };

  it('verifies whatever is signed, and no byte of it that is another, no other time and no stranger', async () => {
    const parts = await signedParts();
    const property = fc.asyncProperty(anyCase(keyring), async (one) => {
      const { label, sign } = trusted[one.secret]!;
      const signed = sign(one.unsigned, one.signedAt, one.url);
      const genuine = await arrived({ signed, url: one.url }, one);
      const forged = forge(one, signed, parts);
      const strange = stranger(one.unsigned, one.signedAt, one.url);
      const outcomes = {
        genuine: await verifier.verify(genuine),
        forged: forged && (await verifier.verify(await arrived(forged, one))).outcome,
        late: await verifier.verify({ ...genuine, receivedAt: one.signedAt + one.far }),
        strange: await verifier.verify({ ...genuine, headers: delivered(strange.headers) }),
      };
      // One expectation for all: each takes as long as what it is about.
      const verified = { outcome: 'verified', secretLabel: label };
      expect(outcomes).toEqual({
        genuine: verified,
        forged: forged && 'refused',
        late: tolerance === undefined ? verified : refused('timestamp_stale'),
        strange: refused('signature_mismatch'),
      });
    });
    const started = performance.now();
    await fc.assert(property, { numRuns: CASES, seed: SEED });
    // Jest tells nothing before all are done, which takes a while in the long form.
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (LONG) process.stderr.write(`${keyring.name}: ${CASES} cases in ${seconds} s\n`);
  });
});
