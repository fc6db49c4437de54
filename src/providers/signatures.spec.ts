import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { chooseSeed } from '../../test/support/random.js';
import { isForm, type Delivery, type SignedDelivery, type UnsignedDelivery } from '../model/index.js';
import { HeaderReader } from './handed-over.fixture.js';
import { providers } from './index.js';
import { certifiedPaypal, keyringOf, type Keyring } from './keyring.fixture.js';
import { ADDRESS, NOON, delivered, deliveryOf, unsigned } from './settings.fixture.js';

// What every provider's signature promises, tried with whatever may be signed. `npm run test:properties` tries more,
// and a seed again; docs/providers.md tells how.

const CASES = Number(process.env['PROPERTY_CASES'] ?? 500);
const SEED = chooseSeed() | 0;
const ONLY = process.env['PROPERTY_PROVIDER'];

jest.setTimeout(24 * 60 * 60 * 1000);

const YEAR = 365 * 24 * 60 * 60 * 1000;

/** A byte that is another, one more, or one less. Where it is, and what it becomes, is counted round. */
interface Mutation {
  readonly kind: 'change' | 'insert' | 'remove';
  readonly part: number;
  readonly place: number;
  readonly by: number;
}

interface Case {
  readonly unsigned: UnsignedDelivery;
  /** Of the server, and what stands behind it. */
  readonly url: string;
  /** Milliseconds since the epoch. */
  readonly signedAt: number;
  /** Which of the secrets. */
  readonly secret: number;
  /** Whether a letter of a header's name is a capital, over and over again. */
  readonly capitals: readonly boolean[];
  /** Milliseconds between signature and receipt: one that is near enough, and one that isn't. */
  readonly near: number;
  readonly far: number;
  readonly mutation: Mutation;
}

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 120 }).map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
);

const anyForm = fc
  .array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' })))
  .map((fields) => Buffer.from(new URLSearchParams(fields).toString()));

const anyAddress = fc
  .tuple(
    fc.constantFrom('https://hooks.example.org', 'http://localhost:3001', 'https://[::1]:8443'),
    fc.webPath(),
    fc.webQueryParameters(),
  )
  .map(([origin, path, query]) => `${origin}${path}?${query}`);

const anyNumber = fc.nat(2 ** 31 - 1);

function anyCase({ provider, tolerance, trusted }: Keyring): fc.Arbitrary<Case> {
  const { contentTypes = ['application/json'] } = provider;
  const contents = contentTypes.map((contentType) =>
    (isForm(contentType) ? anyForm : anyBytes).map((body) => ({ type: 'any', contentType, body })),
  );
  const nearest = tolerance ?? 10 * YEAR;
  return fc
    .record({
      unsigned: fc.oneof(...contents),
      address: anyAddress,
      // From 2001 on, and in years of four digits.
      signedAt: fc.integer({ min: 10 ** 12, max: 10 ** 13 - 1 }),
      secret: fc.nat(trusted.length - 1),
      capitals: fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
      near: fc.integer({ min: -nearest, max: nearest }),
      // A second more than the tolerance, for whole seconds are compared.
      far: fc.integer({ min: nearest + 1000, max: 20 * YEAR }),
      early: fc.boolean(),
      mutation: fc.record({
        kind: fc.constantFrom('change', 'insert', 'remove'),
        part: anyNumber,
        place: anyNumber,
        by: anyNumber,
      }),
    })
    .map(({ address, far, early, ...rest }) => ({
      ...rest,
      far: early ? -far : far,
      url: isForm(rest.unsigned.contentType) ? address : withBodyHash(address, rest.unsigned.body),
    }));
}

/** Of a body that is no form Twilio wants the hash in the address; to the others it is a parameter like any other. */
function withBodyHash(address: string, body: Buffer): string {
  return `${address}&bodySHA256=${createHash('sha256').update(body).digest('hex')}`;
}

function recased(
  headers: SignedDelivery['headers'],
  capitals: readonly boolean[],
): SignedDelivery['headers'] {
  const recase = (name: string) =>
    [...name]
      .map((letter, index) => (capitals[index % capitals.length] ? letter.toUpperCase() : letter))
      .join('');
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [recase(name), value]));
}

const codes = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Bytes that may stand there: any in a body, visible ones in an address, and those beyond ASCII in a header too. */
const BODY_BYTES = codes(0, 0xff);
const ADDRESS_BYTES = codes(0x21, 0x7e);
const HEADER_BYTES = [...ADDRESS_BYTES, ...codes(0x80, 0xff)];

function mutate(bytes: Buffer, { kind, place, by }: Mutation, alphabet: readonly number[]): Buffer {
  if (kind === 'insert' || bytes.length === 0) {
    const at = place % (bytes.length + 1);
    const byte = Buffer.from([alphabet[by % alphabet.length]!]);
    return Buffer.concat([bytes.subarray(0, at), byte, bytes.subarray(at)]);
  }
  const at = place % bytes.length;
  if (kind === 'remove') return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
  const changed = Buffer.from(bytes);
  const next = alphabet.indexOf(bytes[at]!) + 1 + (by % (alphabet.length - 1));
  changed[at] = alphabet[next % alphabet.length]!;
  return changed;
}

const mutateText = (text: string, mutation: Mutation, alphabet: readonly number[]) =>
  mutate(Buffer.from(text, 'latin1'), mutation, alphabet).toString('latin1');

/** What is signed of a form are its fields, however they are written. */
function saysTheSame(contentType: string, one: Buffer, other: Buffer): boolean {
  const fields = (body: Buffer) => JSON.stringify([...new URLSearchParams(body.toString('latin1'))]);
  return isForm(contentType) && fields(one) === fields(other);
}

const refused = (reason: string) => ({ outcome: 'refused', reason });

const keyrings = [...providers.map(keyringOf), certifiedPaypal()].filter(
  ({ provider }) => ONLY === undefined || provider.name === ONLY,
);

beforeAll(() => {
  console.log(`Signatures: ${CASES} cases for each of ${keyrings.length}, seed ${SEED}`);
});

describe.each(keyrings)('the signature of $name', (keyring) => {
  const { provider, verifier, trusted, stranger } = keyring;
  const reader = new HeaderReader();

  /** Something that was signed, as it comes to the verifier. */
  const arrived = async (
    signed: SignedDelivery,
    { url, signedAt, near, capitals }: Case,
  ): Promise<Delivery> => ({
    headers: await reader.read(recased(signed.headers, capitals)),
    body: signed.body,
    receivedAt: signedAt + near,
    url,
  });

  /** Whether the address is signed: then what was signed for one is worth nothing at another. */
  const signsAddress = async (): Promise<boolean> => {
    const { headers, body } = trusted[0]!.sign(unsigned(provider), NOON, ADDRESS);
    const verify = (url: string) => verifier.verify(deliveryOf(headers, body, { url }));
    expect(await verify(ADDRESS)).toMatchObject({ outcome: 'verified' });
    return (await verify(`${ADDRESS}elsewhere`)).outcome === 'refused';
  };

  /** The same with a byte of what is signed changed; `undefined` if that says the same. */
  const mutated = async (signed: SignedDelivery, one: Case, withAddress: boolean) => {
    const { mutation } = one;
    const headers = provider.signatureHeaders.filter((name) => signed.headers[name] !== undefined);
    const parts = [
      ...(provider.secretHeaders === undefined ? ['body'] : []),
      ...(withAddress ? ['address'] : []),
      ...headers,
    ];
    const part = parts[mutation.part % parts.length]!;
    switch (part) {
      case 'body': {
        const body = mutate(signed.body, mutation, BODY_BYTES);
        if (saysTheSame(one.unsigned.contentType, signed.body, body)) return undefined;
        return arrived({ ...signed, body }, one);
      }
      case 'address':
        return arrived(signed, { ...one, url: mutateText(one.url, mutation, ADDRESS_BYTES) });
      default: {
        const value = mutateText(signed.headers[part]!, mutation, HEADER_BYTES);
        return arrived({ ...signed, headers: { ...signed.headers, [part]: value } }, one);
      }
    }
  };

  it('is verified whatever is signed, and refused when a byte is another, at another time, or of a stranger', async () => {
    const withAddress = await signsAddress();
    const property = fc.asyncProperty(anyCase(keyring), async (one) => {
      const { label, sign } = trusted[one.secret]!;
      const signed = sign(one.unsigned, one.signedAt, one.url);
      const genuine = await arrived(signed, one);
      const forged = await mutated(signed, one, withAddress);
      const strange = stranger(one.unsigned, one.signedAt, one.url);
      const outcomes = {
        genuine: await verifier.verify(genuine),
        forged: forged && (await verifier.verify(forged)).outcome,
        late: await verifier.verify({ ...genuine, receivedAt: one.signedAt + one.far }),
        strange: await verifier.verify({
          ...genuine,
          headers: delivered(strange.headers),
        }),
      };
      // One expectation for all, since each takes as long as what it is about.
      const verified = { outcome: 'verified', secretLabel: label };
      expect(outcomes).toEqual({
        genuine: verified,
        forged: forged && 'refused',
        late: keyring.tolerance === undefined ? verified : refused('timestamp_stale'),
        strange: refused('signature_mismatch'),
      });
    });
    await fc.assert(property, { numRuns: CASES, seed: SEED });
  });
});
