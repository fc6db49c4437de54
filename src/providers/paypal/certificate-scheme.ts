import { verify as verifySignature, X509Certificate } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { VerifierTools } from '../../model/index.js';
import { judgeChain } from '../schemes/certificate-chain.js';
import { CertificateSource } from '../schemes/certificate-source.js';
import { refused, verified } from '../schemes/verdict.js';
import { readOwnSignature } from './own-signature.js';
import type { PaypalEnvironment } from './settings.js';
import type { Transmission, VerifyTransmission } from './transmission.js';

/** The name that the signing certificate bears. */
const CERTIFICATE_NAME: Record<PaypalEnvironment, string> = {
  live: 'messageverificationcerts.paypal.com',
  sandbox: 'messageverificationcerts.sandbox.paypal.com',
};

/**
 * PayPal's own scheme: an RSA signature over `<transmission id>|<transmission time>|<webhook id>|<crc32>`,
 * to be checked with the certificate at `PAYPAL-CERT-URL`.
 *
 * The signature covers only the body's CRC-32, and a body with a wanted CRC is easily made: whoever holds one
 * message of PayPal's could send others under its transmission id. That is why the id is a replay key: it is
 * good for one body (`replay-key.ts`). Whoever can send before PayPal does is not kept out by that; where it
 * matters, money should move only after the event was looked up through PayPal's API.
 *
 * @param webhookId of our subscription
 * @see https://developer.paypal.com/api/rest/webhooks/rest/#link-selfverification
 */
export function certificateScheme(
  webhookId: string,
  environment: PaypalEnvironment,
  tools: VerifierTools,
): VerifyTransmission {
  const roots = tools.trustedRoots.map((pem) => new X509Certificate(pem));
  const source = new CertificateSource(tools, (pem) =>
    judgeChain(pem, CERTIFICATE_NAME[environment], roots, tools.now()),
  );

  return async (delivery, transmission) => {
    const read = readOwnSignature(delivery, transmission, environment);
    if (read.outcome === 'refused') return read;
    const found = await source.find(read.certificateUrl);
    if (found.outcome === 'unavailable') return found;
    if (found.outcome === 'refused') return refused('certificate_refused');
    const message = signedMessage(transmission, webhookId, delivery.body);
    return verifySignature('sha256', message, found.certificate.publicKey, read.signature)
      ? verified('certificate')
      : refused('signature_mismatch');
  };
}

/** `crc32` is unsigned and in decimal, over the bytes as they came. */
export function signedMessage(
  { id, timeText }: Pick<Transmission, 'id' | 'timeText'>,
  webhookId: string,
  body: Buffer,
): Buffer {
  return Buffer.from(`${id}|${timeText}|${webhookId}|${crc32(body)}`);
}
