import type { Provider, Sample, UnsignedDelivery } from '../../src/model/index.js';
import { providers, writeSample } from '../../src/providers/index.js';
import { signerOf } from '../../src/providers/settings.fixture.js';
import { PaypalHost } from '../support/paypal-host.js';

/** As the senders know it; some of them sign it. */
export const PUBLIC_URL = 'https://hooks.example.org';

export type Headers = Readonly<Record<string, string>>;

/** What is to be signed: any bytes, whether or not a provider would ever send them. */
export interface Message extends UnsignedDelivery {
  /** The address, for those that sign it. */
  readonly url: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** All headers with which the message is sent. */
export type Sign = (message: Message) => Headers;

/** A provider that we can send for, and a stranger that would like to be taken for it. */
export interface Sender {
  /** The provider's name, and by what it signs where there is more than one way. */
  readonly name: string;
  readonly provider: Provider;
  /** Texts of the settings with which a service believes it. */
  readonly settings: Headers;
  readonly sign: Sign;
  readonly signAsStranger: Sign;
}

export function everySender(paypal: PaypalHost): readonly Sender[] {
  const senders = providers.map((provider) => {
    const { settings, sign } = signWith(provider, 'its own');
    return {
      name: provider.name,
      provider,
      settings,
      sign,
      signAsStranger: signWith(provider, "a stranger's").sign,
    };
  });
  return [...senders, ...senders.filter(({ name }) => name === 'paypal').map(byCertificate(paypal))];
}

function signWith(provider: Provider, owner: string): { readonly settings: Headers; readonly sign: Sign } {
  const { settings, sign } = signerOf(provider, owner);
  const signOrNot = ({ url, now, ...unsigned }: Message) =>
    sign(unsigned, now, url) as ReturnType<typeof sign> | undefined;
  return {
    settings,
    sign(message) {
      // Where nothing that it signs could cover the body, it is the signature of another one.
      const signed = signOrNot(message) ?? signOrNot({ ...message, body: Buffer.alloc(0) });
      if (signed === undefined) throw new Error(`Nobody here can sign for ${provider.name}`);
      return signed.headers;
    },
  };
}

/** PayPal by its own scheme, beside the relays of the same address. */
function byCertificate(paypal: PaypalHost): (relay: Sender) => Sender {
  const signFor =
    (webhookId: string): Sign =>
    ({ body, contentType, now }) => ({
      'content-type': contentType,
      ...paypal.deliver('', { body, webhookId, time: new Date(now).toISOString() }).headers,
    });
  return ({ provider }) => ({
    name: 'paypal by certificate',
    provider,
    settings: {},
    sign: signFor(PaypalHost.WEBHOOK_ID),
    // Another webhook of PayPal's.
    signAsStranger: signFor('1AB23456CD789012E'),
  });
}

/** What is really sent of a sample. */
export function deliver(
  { provider, sign }: Sender,
  sample: Sample,
): { readonly headers: Headers; readonly body: Buffer } {
  const unsigned = writeSample(provider, sample);
  const url = `${PUBLIC_URL}/webhooks/${provider.name}`;
  return { headers: sign({ ...unsigned, url, now: Date.now() }), body: unsigned.body };
}
