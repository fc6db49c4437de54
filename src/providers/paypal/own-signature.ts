import { singleHeader, type Delivery } from '../../model/index.js';
import { isFresh } from '../schemes/freshness.js';
import { requiredHeaders } from '../schemes/required-headers.js';
import { fromBase64 } from '../schemes/signature-bytes.js';
import { refused, type Refused } from '../schemes/verdict.js';
import type { PaypalEnvironment } from './settings.js';
import type { Transmission } from './transmission.js';

/** The only one PayPal signs with today; its SDKs still know SHA1withRSA. */
export const OWN_ALGORITHM = 'SHA256withRSA';

/**
 * Milliseconds. PayPal tries for three days and doesn't say whether a retry is stamped anew, so a window of
 * minutes could refuse real ones; what keeps a replay out is that the event's id is recorded once.
 */
export const TOLERANCE = 4 * 24 * 60 * 60 * 1000;

/**
 * Where certificates may come from, matched against the header as it was sent, so that nothing can be
 * normalised into it: no port, user, query, encoded or relative path.
 */
const CERTIFICATE_URL: Record<PaypalEnvironment, RegExp> = {
  live: /^https:\/\/api\.paypal\.com\/v1\/notifications\/certs\/[A-Za-z0-9_-]{1,128}$/,
  sandbox: /^https:\/\/api\.sandbox\.paypal\.com\/v1\/notifications\/certs\/[A-Za-z0-9_-]{1,128}$/,
};

/** Where its certificate comes from tells which PayPal a delivery says it is of. */
export function paypalMode({ headers }: Delivery): PaypalEnvironment | undefined {
  const url = singleHeader(headers, 'paypal-cert-url') ?? '';
  return (['live', 'sandbox'] as const).find((mode) => CERTIFICATE_URL[mode].test(url));
}

export type OwnSignature = { outcome: 'read'; certificateUrl: string; signature: Buffer } | Refused;

/** What is cheap to refuse is refused here, before anything is fetched and anybody asked. */
export function readOwnSignature(
  { headers, receivedAt }: Delivery,
  transmission: Transmission,
  environment: PaypalEnvironment,
): OwnSignature {
  const read = requiredHeaders(headers, ['paypal-cert-url']);
  if (read.outcome === 'refused') return read;
  const certificateUrl = read.values['paypal-cert-url'];
  if (!CERTIFICATE_URL[environment].test(certificateUrl)) return refused('certificate_refused');
  const signature = fromBase64(transmission.signature);
  if (signature === undefined) return refused('signature_malformed');
  if (!isFresh(transmission.time, receivedAt, TOLERANCE)) return refused('timestamp_stale');
  return { outcome: 'read', certificateUrl, signature };
}
