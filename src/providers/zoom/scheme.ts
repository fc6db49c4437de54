import { secrets, type SignedDelivery, type Verifier } from '../../model/index.js';
import { v0Signature, v0Verifier } from '../schemes/v0-signature.js';

export const secretToken = secrets({
  name: 'ZOOM_WEBHOOK_SECRET_TOKEN',
  description:
    'Secret token of the Zoom app (marketplace.zoom.us, the app, Features, Access).\n' +
    'Several, separated by commas, are all accepted: for several apps, or while one is rotated.',
});

/**
 * Milliseconds: past the last retry, which comes 85 minutes after the first attempt. Zoom names no tolerance, and does
 * not say that a retry is signed anew; five minutes might turn every retry away. What is sent again within the two
 * hours does nothing twice, since all that the delivery key is made of is signed.
 */
export const TOLERANCE = 2 * 60 * 60 * 1000;

/**
 * `x-zm-signature: v0=<hex>` over `v0:<x-zm-request-timestamp>:<raw body>`.
 *
 * @see https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events
 */
export function zoomVerifier(keys: readonly string[]): Verifier {
  return v0Verifier(keys, {
    signatureHeader: 'x-zm-signature',
    timestampHeader: 'x-zm-request-timestamp',
    setting: secretToken.name,
    tolerance: TOLERANCE,
  });
}

/** @param now milliseconds since the epoch */
export function signAsZoom(body: Buffer, key: string, now: number): SignedDelivery {
  const seconds = Math.floor(now / 1000);
  return {
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Zoom Marketplace/1.0a',
      'x-zm-request-timestamp': String(seconds),
      'x-zm-signature': v0Signature(body, key, seconds),
    },
    body,
  };
}
