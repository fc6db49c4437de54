import { randomUUID } from 'node:crypto';
import type { Provider, Sample, SignedDelivery } from '../../src/model/index.js';
import { providers } from '../../src/providers/index.js';
import { readFrom } from '../../src/providers/settings.fixture.js';
import type { PaypalHost } from '../support/paypal-host.js';
import { newSigner, type Headers, type Message, type Signer } from './signers.js';

/** As the senders know it; some of them sign it. */
export const PUBLIC_URL = 'https://hooks.example.org';

/** A provider that we can send for, and a stranger that would like to be taken for it. */
export interface Sender {
  /** The provider's name, and by what it signs where there is more than one way. */
  readonly name: string;
  readonly provider: Provider;
  readonly itself: Signer;
  readonly stranger: Signer;
  /** What it sends of a sample, with all headers. */
  deliver(sample: Sample, url: string): SignedDelivery;
}

export function everySender(paypal: PaypalHost): readonly Sender[] {
  const senders = providers.map((provider) => {
    const itself = newSigner(provider);
    return {
      name: provider.name,
      provider,
      itself,
      stranger: newSigner(provider),
      deliver: (sample: Sample, url: string) => deliver(provider, itself, sample, url),
    };
  });
  const relay = senders.find(({ name }) => name === 'paypal');
  if (relay === undefined) throw new Error('PayPal is not among the providers');
  return [...senders, byCertificate(relay, paypal)];
}

/** By the provider's own sample sender, or by ours where only the provider has the key. */
function deliver(provider: Provider, signer: Signer, sample: Sample, url: string): SignedDelivery {
  const now = Date.now();
  const delivery = provider.sign(sample, readFrom(signer.settings), now, url);
  if (delivery !== undefined) return delivery;
  const event = sample.body();
  const body = Buffer.from(JSON.stringify(provider.batched === true ? [event] : event));
  const headers = { 'content-type': 'application/json' };
  return { headers: { ...headers, ...signer.sign({ headers, body, url, now }) }, body };
}

/** PayPal by its own scheme, beside the relays of the same address. */
function byCertificate({ provider, stranger }: Sender, paypal: PaypalHost): Sender {
  const signWith =
    (webhookId?: string) =>
    ({ headers, body, now }: Message): Headers =>
      paypal.sign(body, { transmissionId: headers['paypal-transmission-id'], now, webhookId });
  const itself = { settings: {}, sign: signWith() };
  return {
    name: 'paypal by certificate',
    provider,
    itself,
    // For another webhook of PayPal's.
    stranger: { ...stranger, sign: signWith('1AB23456CD789012E') },
    deliver(sample, url) {
      const body = Buffer.from(JSON.stringify(sample.body()));
      const headers = { 'content-type': 'application/json', 'paypal-transmission-id': randomUUID() };
      return { headers: { ...headers, ...itself.sign({ headers, body, url, now: Date.now() }) }, body };
    },
  };
}
