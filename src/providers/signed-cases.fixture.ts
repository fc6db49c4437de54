import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { isForm, type SignedDelivery, type UnsignedDelivery } from '../model/index.js';
import type { Keyring } from './keyring.fixture.js';

const YEAR = 365 * 24 * 60 * 60 * 1000;

/** A byte that is another, a letter in the other case, a byte more, or one less. Where it is, and what it becomes, is counted round. */
interface Mutation {
  readonly kind: 'change' | 'recase' | 'insert' | 'remove';
  readonly part: number;
  readonly place: number;
  readonly by: number;
}

export interface Case {
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

export function anyCase({ provider, tolerance, trusted }: Keyring): fc.Arbitrary<Case> {
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
        kind: fc.constantFrom('change', 'recase', 'insert', 'remove'),
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

export function recased(
  headers: SignedDelivery['headers'],
  capitals: readonly boolean[],
): SignedDelivery['headers'] {
  const recase = (name: string) =>
    name.replace(/./g, (letter, index: number) =>
      capitals[index % capitals.length] ? letter.toUpperCase() : letter,
    );
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [recase(name), value]));
}

/** What was signed, and to which address it is sent. */
export interface Addressed {
  readonly signed: SignedDelivery;
  readonly url: string;
}

const codes = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** The bit that is another in a capital. */
const OTHER_CASE = 0x20;

/** Bytes that may stand there: any in a body, visible ones in an address, and those beyond ASCII in a header too. */
const BODY_BYTES = codes(0, 0xff);
const ADDRESS_BYTES = codes(0x21, 0x7e);
const HEADER_BYTES = [...ADDRESS_BYTES, ...codes(0x80, 0xff)];

/**
 * The same with a byte of what is signed changed; `undefined` if it says the same all the same.
 *
 * @param parts what is signed: `body`, `address` and names of headers
 */
export function forge(
  { unsigned, url, mutation }: Case,
  signed: SignedDelivery,
  parts: readonly string[],
): Addressed | undefined {
  const { headers, body } = signed;
  const part = parts[mutation.part % parts.length]!;
  switch (part) {
    case 'body': {
      const forged = mutate(body, mutation, BODY_BYTES);
      const same = isForm(unsigned.contentType) && fieldsOf(forged) === fieldsOf(body);
      return same ? undefined : { signed: { headers, body: forged }, url };
    }
    case 'address':
      return { signed, url: mutateText(url, mutation, ADDRESS_BYTES) };
    default: {
      const value = mutateText(headers[part]!, mutation, HEADER_BYTES);
      return { signed: { headers: { ...headers, [part]: value }, body }, url };
    }
  }
}

function mutate(bytes: Buffer, { kind, place, by }: Mutation, alphabet: readonly number[]): Buffer {
  if (kind === 'insert' || bytes.length === 0) {
    const at = place % (bytes.length + 1);
    const byte = Buffer.from([alphabet[by % alphabet.length]!]);
    return Buffer.concat([bytes.subarray(0, at), byte, bytes.subarray(at)]);
  }
  const at = place % bytes.length;
  if (kind === 'remove') return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
  const changed = Buffer.from(bytes);
  const old = bytes[at]!;
  const next = alphabet.indexOf(old) + 1 + (by % (alphabet.length - 1));
  const isLetter = /[A-Za-z]/.test(String.fromCharCode(old));
  changed[at] = kind === 'recase' && isLetter ? old ^ OTHER_CASE : alphabet[next % alphabet.length]!;
  return changed;
}

const mutateText = (text: string, mutation: Mutation, alphabet: readonly number[]) =>
  mutate(Buffer.from(text, 'latin1'), mutation, alphabet).toString('latin1');

/** They are what is signed of a form, however it is written. */
function fieldsOf(form: Buffer): string {
  return JSON.stringify([...new URLSearchParams(form.toString('latin1'))]);
}
