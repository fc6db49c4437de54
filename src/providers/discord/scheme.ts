import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { Delivery, StandIn, Verification, Verifier } from '../../model/index.js';
import { readEd25519Key, readEd25519Signature, verifiesEd25519 } from '../schemes/ed25519.js';
import { FIVE_MINUTES, isFresh } from '../schemes/freshness.js';
import { matchingKey, publicKeys } from '../schemes/public-keys.js';
import { requiredHeaders } from '../schemes/required-headers.js';
import { refused, verified } from '../schemes/verdict.js';

export const publicKey = publicKeys(
  {
    name: 'DISCORD_PUBLIC_KEY',
    description:
      'Public key of the Discord application (developer portal, General Information): 64 hex digits. Several,\n' +
      'separated by commas, are all accepted: one for each application.',
  },
  'the public key of an application, 64 hex digits',
  readEd25519Key,
);

export const SIGNATURE_HEADERS = ['x-signature-ed25519', 'x-signature-timestamp'] as const;

/**
 * `X-Signature-Ed25519: <hex>` over `<X-Signature-Timestamp><raw body>`. Nothing stands between the two: there is one
 * way to cut them apart all the same, since a time is digits only and no body that we read begins with a digit.
 *
 * Discord says nothing about how old a signature may be, so it is five minutes, in either direction.
 *
 * @see https://docs.discord.com/developers/events/webhook-events#validating-security-request-headers
 */
export function discordVerifier(keys: readonly KeyObject[]): Verifier {
  return { configured: keys.length > 0, verify: (delivery) => verify(delivery, keys) };
}

function verify({ headers, body, receivedAt }: Delivery, keys: readonly KeyObject[]): Verification {
  if (keys.length === 0) return { outcome: 'unconfigured', setting: publicKey.name };
  const read = requiredHeaders(headers, SIGNATURE_HEADERS);
  if (read.outcome === 'refused') return read;
  const time = read.values['x-signature-timestamp'];
  const signature = readEd25519Signature(read.values['x-signature-ed25519']);
  if (signature === undefined || !/^\d{1,12}$/.test(time)) return refused('signature_malformed');

  const label = matchingKey(keys, (key) => verifiesEd25519(key, signature, [time, body]));
  if (label === undefined) return refused('signature_mismatch');
  return isFresh(Number(time) * 1000, receivedAt, FIVE_MINUTES)
    ? verified(label)
    : refused('timestamp_stale');
}

export function discordStandIn(): StandIn {
  const keys = generateKeyPairSync('ed25519');
  const { x } = keys.publicKey.export({ format: 'jwk' });
  return {
    settings: { [publicKey.name]: Buffer.from(x ?? '', 'base64url').toString('hex') },
    sign({ body }, now) {
      const time = String(Math.floor(now / 1000));
      const signature = sign(null, Buffer.concat([Buffer.from(time), body]), keys.privateKey);
      return {
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Discord-Webhook/1.0 (+https://discord.com)',
          'x-signature-ed25519': signature.toString('hex'),
          'x-signature-timestamp': time,
        },
        body,
      };
    },
  };
}
