import { verify as verifySignature, X509Certificate } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Delivery, Verification, VerifierTools } from '../../model/index.js';
import { judgeChain } from '../schemes/certificate-chain.js';
import { CertificateSource } from '../schemes/certificate-source.js';
import { isFresh } from '../schemes/freshness.js';
import { requiredHeaders } from '../schemes/required-headers.js';
import { fromBase64 } from '../schemes/signature-bytes.js';
import { refused, verified } from '../schemes/verdict.js';
import { webhookId as webhookIdSetting, type PaypalEnvironment } from './settings.js';
import type { Transmission } from './transmission.js';

/** The only one PayPal signs with today; its SDKs still know SHA1withRSA. */
export const CERTIFICATE_ALGORITHM = 'SHA256withRSA';

/**
 * Milliseconds. PayPal tries for three days and doesn't say whether a retry is stamped anew, so a window of
 * minutes could refuse real ones; what keeps a replay out is that the event's id is recorded once.
 */
const TOLERANCE = 4 * 24 * 60 * 60 * 1000;

/**
 * Where certificates may come from, matched against the header as it was sent, so that nothing can be
 * normalised into it: no port, user, query, encoded or relative path.
 */
const CERTIFICATE_URL: Record<PaypalEnvironment, RegExp> = {
  live: /^https:\/\/api\.paypal\.com\/v1\/notifications\/certs\/[A-Za-z0-9_-]{1,128}$/,
  sandbox: /^https:\/\/api\.sandbox\.paypal\.com\/v1\/notifications\/certs\/[A-Za-z0-9_-]{1,128}$/,
};

/** The name that the signing certificate bears. */
const CERTIFICATE_NAME: Record<PaypalEnvironment, string> = {
  live: 'messageverificationcerts.paypal.com',
  sandbox: 'messageverificationcerts.sandbox.paypal.com',
};

export type VerifyByCertificate = (delivery: Delivery, transmission: Transmission) => Promise<Verification>;

/**
 * PayPal's own scheme: an RSA signature over `<transmission id>|<transmission time>|<webhook id>|<crc32>`,
 * to be checked with the certificate at `PAYPAL-CERT-URL`.
 *
 * The signature covers only the body's CRC-32, and a body with a wanted CRC is easily made: whoever holds one
 * message of PayPal's could send others under its transmission id. That is why the id is a replay key: it is
 * good for one body (`replay-key.ts`). Whoever can send before PayPal does is not kept out by that; where it
 * matters, money should move only after the event was looked up through PayPal's API.
 *
 * @param webhookId of our subscription; '' if it isn't configured
 * @see https://developer.paypal.com/api/rest/webhooks/rest/#link-selfverification
 */
export function certificateScheme(
  webhookId: string,
  environment: PaypalEnvironment,
  tools: VerifierTools,
): VerifyByCertificate {
  if (webhookId === '') {
    return () => Promise.resolve({ outcome: 'unconfigured', setting: webhookIdSetting.name });
  }
  const roots = tools.trustedRoots.map((pem) => new X509Certificate(pem));
  const source = new CertificateSource(tools, (pem) =>
    judgeChain(pem, CERTIFICATE_NAME[environment], roots, tools.now()),
  );

  return async (delivery, transmission) => {
    const headers = requiredHeaders(delivery.headers, ['paypal-cert-url']);
    if (headers.outcome === 'refused') return headers;
    const url = headers.values['paypal-cert-url'];
    if (!CERTIFICATE_URL[environment].test(url)) return refused('certificate_refused');
    // What is cheap to refuse is refused before anything is fetched.
    const signature = fromBase64(transmission.signature);
    if (signature === undefined) return refused('signature_malformed');
    if (!isFresh(transmission.time, delivery.receivedAt, TOLERANCE)) return refused('timestamp_stale');

    const found = await source.find(url);
    if (found.outcome === 'unavailable') return found;
    if (found.outcome === 'refused') return refused('certificate_refused');
    const message = signedMessage(transmission, webhookId, delivery.body);
    return verifySignature('sha256', message, found.certificate.publicKey, signature)
      ? verified('certificate')
      : refused('signature_mismatch');
  };
}

/** `crc32` is unsigned and in decimal, over the bytes as they came. */
export function signedMessage({ id, timeText }: Transmission, webhookId: string, body: Buffer): Buffer {
  return Buffer.from(`${id}|${timeText}|${webhookId}|${crc32(body)}`);
}
