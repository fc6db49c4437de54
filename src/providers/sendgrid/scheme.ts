import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { Delivery, StandIn, Verification, Verifier } from '../../model/index.js';
import { readEcdsaSignature, readP256Key, verifiesEcdsa } from '../schemes/ecdsa.js';
import { isFresh } from '../schemes/freshness.js';
import { matchingKey, publicKeys } from '../schemes/public-keys.js';
import { requiredHeaders } from '../schemes/required-headers.js';
import { refused, verified } from '../schemes/verdict.js';

export const publicKey = publicKeys(
  {
    name: 'SENDGRID_PUBLIC_KEY',
    description:
      'Verification key of the SendGrid event webhook (Settings, Mail Settings, Event Webhooks, with the signed event\n' +
      'webhook turned on): base64. Several, separated by commas, are all accepted, so that one can be rotated.',
  },
  'the verification key of an event webhook, base64 of an ECDSA key on P-256',
  readP256Key,
);

export const SIGNATURE_HEADERS = [
  'x-twilio-email-event-webhook-signature',
  'x-twilio-email-event-webhook-timestamp',
] as const;

/**
 * Milliseconds. SendGrid tries for 24 hours after an event, and doesn't say whether it signs a batch anew for that;
 * customers have seen the same event for 29 hours (https://github.com/sendgrid/docs/issues/2933). Two days lose none
 * of them, whatever it does; what keeps a replay out is that each event's id is recorded once.
 */
export const TOLERANCE = 2 * 24 * 60 * 60 * 1000;

/**
 * `X-Twilio-Email-Event-Webhook-Signature: <base64>`, ECDSA with SHA-256 over `<timestamp><raw body>`. Nothing stands
 * between the two: there is one way to cut them apart all the same, since a time is digits only and no body that we
 * read begins with a digit.
 *
 * @see https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
 */
export function sendgridVerifier(keys: readonly KeyObject[]): Verifier {
  return { configured: keys.length > 0, verify: (delivery) => verify(delivery, keys) };
}

function verify({ headers, body, receivedAt }: Delivery, keys: readonly KeyObject[]): Verification {
  if (keys.length === 0) return { outcome: 'unconfigured', setting: publicKey.name };
  const read = requiredHeaders(headers, SIGNATURE_HEADERS);
  if (read.outcome === 'refused') return read;
  const time = read.values['x-twilio-email-event-webhook-timestamp'];
  const signature = readEcdsaSignature(read.values['x-twilio-email-event-webhook-signature']);
  if (signature === undefined || !/^\d{1,12}$/.test(time)) return refused('signature_malformed');

  const label = matchingKey(keys, (key) => verifiesEcdsa(key, signature, [time, body]));
  if (label === undefined) return refused('signature_mismatch');
  return isFresh(Number(time) * 1000, receivedAt, TOLERANCE) ? verified(label) : refused('timestamp_stale');
}

export function sendgridStandIn(): StandIn {
  const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    settings: {
      [publicKey.name]: keys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    },
    sign({ body }, now) {
      const time = String(Math.floor(now / 1000));
      const signature = sign('sha256', Buffer.concat([Buffer.from(time), body]), keys.privateKey);
      return {
        headers: {
          'content-type': 'application/json',
          'user-agent': 'SendGrid Event API',
          'x-twilio-email-event-webhook-signature': signature.toString('base64'),
          'x-twilio-email-event-webhook-timestamp': time,
        },
        body,
      };
    },
  };
}
