import { sign, type KeyLike } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A message as PayPal sends it. */
export interface PaypalMessage {
  readonly transmissionId: string;
  /** ISO 8601. */
  readonly time: string;
  readonly webhookId: string;
  readonly certificateUrl: string;
  readonly body: Buffer;
}

/** Its headers as PayPal signs it. */
export function certifiedHeaders(message: PaypalMessage, key: KeyLike): Record<string, string> {
  const { transmissionId, time, webhookId, certificateUrl, body } = message;
  const signed = `${transmissionId}|${time}|${webhookId}|${crc32(body)}`;
  return {
    'paypal-auth-algo': 'SHA256withRSA',
    'paypal-cert-url': certificateUrl,
    'paypal-transmission-id': transmissionId,
    'paypal-transmission-time': time,
    'paypal-transmission-sig': sign('sha256', Buffer.from(signed), key).toString('base64'),
  };
}
