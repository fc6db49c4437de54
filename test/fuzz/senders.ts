import { randomUUID } from 'node:crypto';
import type { Provider, Sample } from '../../src/model/index.js';
import { providers } from '../../src/providers/index.js';
import { readFrom } from '../../src/providers/settings.fixture.js';
import type { PaypalHost } from '../support/paypal-host.js';
import { newSigner, type Message, type Signer } from './signers.js';

/** As the senders know it; some of them sign it. */
export const PUBLIC_URL = 'https://hooks.example.org';

/** What a provider sends of a sample; whatever signs it is still to be put on. */
export type Draft = Pick<Message, 'headers' | 'body'>;

/** A provider that we can send for, and a stranger that would like to be taken for it. */
export interface Sender {
  /** The provider's name, and by what it signs where there is more than one way. */
  readonly name: string;
  readonly provider: Provider;
  readonly itself: Signer;
  readonly stranger: Signer;
  draft(sample: Sample): Draft;
}

export function everySender(paypal: PaypalHost): readonly Sender[] {
  const senders = providers.map((provider) => {
    const itself = newSigner(provider);
    const draft = (sample: Sample): Draft => draftOf(provider, itself, sample);
    return { name: provider.name, provider, itself, stranger: newSigner(provider), draft };
  });
  const relay = senders.find(({ name }) => name === 'paypal');
  if (relay === undefined) throw new Error('PayPal is not among the providers');
  return [...senders, byCertificate(relay, paypal)];
}

/** What is really sent of a sample. */
export function deliver({ provider, itself, draft }: Sender, sample: Sample): Draft {
  const { headers, body } = draft(sample);
  const url = `${PUBLIC_URL}/webhooks/${provider.name}`;
  return { headers: { ...headers, ...itself.sign({ headers, body, url, now: Date.now() }) }, body };
}

/** By the provider's own sample sender, unless nobody but the provider has the key. */
function draftOf(provider: Provider, { settings }: Signer, sample: Sample): Draft {
  const signed = provider.sign(sample, readFrom(settings), Date.now(), PUBLIC_URL);
  if (signed !== undefined) return signed;
  const event = sample.body();
  return {
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(provider.batched === true ? [event] : event)),
  };
}

/** PayPal by its own scheme, beside the relays of the same address. */
function byCertificate({ provider }: Sender, paypal: PaypalHost): Sender {
  const signer = (webhookId?: string): Signer => ({
    settings: {},
    sign: ({ headers, body, now }) =>
      paypal.sign(body, { transmissionId: headers['paypal-transmission-id'], now, webhookId }),
  });
  return {
    name: 'paypal by certificate',
    provider,
    itself: signer(),
    // Another webhook of PayPal's.
    stranger: signer('1AB23456CD789012E'),
    draft: (sample) => ({
      headers: { 'content-type': 'application/json', 'paypal-transmission-id': randomUUID() },
      body: Buffer.from(JSON.stringify(sample.body())),
    }),
  };
}
