import { rootCertificates } from 'node:tls';
import { crc32 } from 'node:zlib';
import type { VerifierTools } from '../../model/index.js';
import { deliveryOf, readFrom } from '../settings.fixture.js';
import { paypal } from './index.js';
import * as real from './real-message.fixture.js';

const CERTIFICATE_URL =
  'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77';
const YEAR = 365 * 24 * 60 * 60 * 1000;

interface Circumstances {
  readonly env?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer;
  readonly pem?: string;
  readonly now?: number;
  readonly roots?: readonly string[];
}

/** Verifies the message with Node's own roots, at the time of its sending. */
async function verify(circumstances: Circumstances = {}) {
  const { env, headers, body = real.body, pem = real.leafPem + real.issuerPem } = circumstances;
  const { now = real.receivedAt, roots = rootCertificates } = circumstances;
  const fetches: unknown[] = [];
  const tools: VerifierTools = {
    now: () => now,
    trustedRoots: roots,
    fetch: (input) => {
      fetches.push(input);
      return Promise.resolve(new Response(pem));
    },
  };
  const settings = { PAYPAL_WEBHOOK_ID: real.webhookId, PAYPAL_ENV: 'sandbox', ...env };
  const delivery = deliveryOf({ ...real.headers, 'paypal-cert-url': CERTIFICATE_URL, ...headers }, body, {
    receivedAt: now,
  });
  const verification = await paypal.verifier(readFrom(settings), tools).verify(delivery);
  return { ...verification, fetches: fetches.length };
}

const refused = (reason: string, fetches = 1) => ({ outcome: 'refused', reason, fetches });

describe('a message that PayPal really signed', () => {
  it('is verified', async () => {
    expect(await verify()).toEqual({ outcome: 'verified', secretLabel: 'certificate', fetches: 1 });
    expect(crc32(real.body)).toBe(3_494_065_244);
  });

  it('is read', () => {
    expect(paypal.readEnvelope(JSON.parse(real.body.toString()), {})).toMatchObject({
      outcome: 'read',
      envelope: {
        deliveryKey: 'WH-2MW4820926242972J-6SG447389E205703U',
        type: 'BILLING.PLAN.CREATED',
        entity: 'P-2U911356NH683973BEDIWKUY',
      },
    });
  });

  it("is refused where PayPal's live messages are expected", async () => {
    expect(await verify({ env: { PAYPAL_ENV: 'live' } })).toEqual(refused('certificate_refused', 0));
    const headers = { 'paypal-cert-url': 'https://api.paypal.com/v1/notifications/certs/CERT-1' };
    expect(await verify({ env: { PAYPAL_ENV: 'live' }, headers })).toEqual(refused('certificate_refused'));
  });

  it('is refused at the address that it came with, without a fetch', async () => {
    const headers = { 'paypal-cert-url': real.headers['paypal-cert-url'] };
    expect(await verify({ headers })).toEqual(refused('certificate_refused', 0));
  });

  it.each<[string, Circumstances]>([
    ['another body', { body: Buffer.concat([real.body, Buffer.from(' ')]) }],
    ['another webhook', { env: { PAYPAL_WEBHOOK_ID: '8PT597110X687430LKGECATA' } }],
    [
      "the event's id for the webhook's",
      { env: { PAYPAL_WEBHOOK_ID: 'WH-2MW4820926242972J-6SG447389E205703U' } },
    ],
    [
      'another transmission',
      { headers: { 'paypal-transmission-id': '071f7d20-1584-11e7-abf0-6b62a8a99ac5' } },
    ],
    ['another time', { headers: { 'paypal-transmission-time': '2017-03-30T20:04:06Z' } }],
  ])('does not match %s', async (_, circumstances) => {
    expect(await verify(circumstances)).toEqual(refused('signature_mismatch'));
  });

  it.each<[string, Circumstances]>([
    ['without its issuer', { pem: real.leafPem }],
    ['before its issuer', { pem: real.issuerPem + real.leafPem }],
    ['without a root that we trust', { roots: [] }],
  ])('is refused with its certificate %s', async (_, circumstances) => {
    expect(await verify(circumstances)).toEqual(refused('certificate_refused'));
  });

  it('is refused once its certificate has expired, however fresh its time', async () => {
    const now = real.receivedAt + 3 * YEAR;
    const headers = { 'paypal-transmission-time': new Date(now).toISOString() };
    expect(await verify({ now, headers })).toEqual(refused('certificate_refused'));
  });

  it('is stale nine years later', async () => {
    expect(await verify({ now: real.receivedAt + 9 * YEAR })).toEqual(refused('timestamp_stale', 0));
  });
});
