import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { freshSecret } from '../../src/platform/config/index.js';
import type { Provider } from '../../src/model/index.js';

export type Headers = Readonly<Record<string, string>>;

/** What is to be signed: any bytes, whether or not a provider would ever send them. */
export interface Message {
  readonly headers: Headers;
  readonly body: Buffer;
  /** The address, for those that sign it. */
  readonly url: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Signs as a provider does, and has the settings with which a service believes it. */
export interface Signer {
  readonly settings: Headers;
  /** The headers that make the message genuine. */
  sign(message: Message): Headers;
}

/** With a key of its own: two signers of a provider are strangers to each other. */
export function newSigner(provider: Provider): Signer {
  switch (provider.name) {
    case 'discord':
      return discordSigner();
    case 'sendgrid':
      return sendgridSigner();
    default: {
      const { settings, name } = provider;
      const setting = settings.find(({ generated }) => generated) ?? settings.find(({ secret }) => secret);
      const scheme = SECRET_SCHEMES[name];
      if (setting === undefined || scheme === undefined) throw new Error(`Nobody here can sign for ${name}`);
      const key = freshSecret(setting);
      return { settings: { [setting.name]: key }, sign: (message) => scheme(message, key) };
    }
  }
}

type Encoding = 'hex' | 'base64';

/** Written anew from the providers' pages, so that the service is not measured by itself. */
const SECRET_SCHEMES: Readonly<Record<string, (message: Message, key: string) => Headers>> = {
  stripe: ({ body, now }, key) => {
    const time = seconds(now);
    return { 'stripe-signature': `t=${time},v1=${hmac(key, [`${time}.`, body], 'hex')}` };
  },
  paypal: ({ headers, body, now }, key) => {
    const time = new Date(now).toISOString();
    const id = headers['paypal-transmission-id'] ?? '';
    return {
      'paypal-auth-algo': 'HMAC-SHA256',
      'paypal-transmission-id': id,
      'paypal-transmission-time': time,
      'paypal-transmission-sig': hmac(key, [`${id}|${time}|`, body], 'base64'),
    };
  },
  github: ({ body }, key) => ({ 'x-hub-signature-256': `sha256=${hmac(key, [body], 'hex')}` }),
  gitlab: standardWebhooks,
  'standard-webhooks': standardWebhooks,
  svix: standardWebhooks,
  paddle: ({ body, now }, key) => {
    const time = seconds(now);
    return { 'paddle-signature': `ts=${time};h1=${hmac(key, [`${time}:`, body], 'hex')}` };
  },
  shopify: ({ body }, key) => ({ 'x-shopify-hmac-sha256': hmac(key, [body], 'base64') }),
  slack: (message, key) => v0(message, key, 'x-slack-signature', 'x-slack-request-timestamp'),
  zoom: (message, key) => v0(message, key, 'x-zm-signature', 'x-zm-request-timestamp'),
  square: ({ body, url }, key) => ({ 'x-square-hmacsha256-signature': hmac(key, [url, body], 'base64') }),
  twilio: ({ body, url }, key) => ({
    'x-twilio-signature': hmac(key, [url, sortedFields(body)], 'base64', 'sha1'),
  }),
  intercom: ({ body }, key) => ({ 'x-hub-signature': `sha1=${hmac(key, [body], 'hex', 'sha1')}` }),
  hubspot: ({ body, url, now }, key) => ({
    'x-hubspot-request-timestamp': String(now),
    'x-hubspot-signature-v3': hmac(key, ['POST', url, body, String(now)], 'base64'),
  }),
  'gitlab-token': (_message, key) => ({ 'x-gitlab-token': key }),
};

function hmac(
  key: string | Buffer,
  parts: readonly (string | Buffer)[],
  encoding: Encoding,
  hash = 'sha256',
): string {
  const digest = createHmac(hash, key);
  for (const part of parts) digest.update(part);
  return digest.digest(encoding);
}

function seconds(now: number): string {
  return String(Math.floor(now / 1000));
}

function standardWebhooks({ headers, body, now }: Message, key: string): Headers {
  const prefix = 'svix-id' in headers ? 'svix' : 'webhook';
  const id = headers[`${prefix}-id`] ?? '';
  const time = seconds(now);
  const secret = Buffer.from(key.replace('whsec_', ''), 'base64');
  return {
    [`${prefix}-id`]: id,
    [`${prefix}-timestamp`]: time,
    [`${prefix}-signature`]: `v1,${hmac(secret, [`${id}.${time}.`, body], 'base64')}`,
  };
}

function v0({ body, now }: Message, key: string, signature: string, timestamp: string): Headers {
  const time = seconds(now);
  return { [signature]: `v0=${hmac(key, [`v0:${time}:`, body], 'hex')}`, [timestamp]: time };
}

/** Each name with its value, by the names. */
function sortedFields(form: Buffer): string {
  const fields = [...new URLSearchParams(form.toString())];
  return fields
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flat()
    .join('');
}

function discordSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  return {
    settings: { DISCORD_PUBLIC_KEY: raw.toString('hex') },
    sign({ body, now }) {
      const time = seconds(now);
      const signature = sign(null, Buffer.concat([Buffer.from(time), body]), privateKey);
      return { 'x-signature-ed25519': signature.toString('hex'), 'x-signature-timestamp': time };
    },
  };
}

function sendgridSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    settings: {
      SENDGRID_PUBLIC_KEY: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    },
    sign({ body, now }) {
      const time = seconds(now);
      const signature = sign('sha256', Buffer.concat([Buffer.from(time), body]), privateKey);
      return {
        'x-twilio-email-event-webhook-signature': signature.toString('base64'),
        'x-twilio-email-event-webhook-timestamp': time,
      };
    },
  };
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
