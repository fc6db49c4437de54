import { secrets, type Delivery, type Verification, type Verifier } from '../../model/index.js';
import { hmacSha256, matchingSecret } from '../schemes/hmac.js';
import { requiredHeaders } from '../schemes/required-headers.js';
import { sha256FromBase64 } from '../schemes/signature-bytes.js';
import { refused, verified } from '../schemes/verdict.js';
import { EVENT_SIGNATURE, WEBHOOK_SIGNATURE } from './header-family.js';

export const clientSecret = secrets({
  name: 'SHOPIFY_CLIENT_SECRET',
  description:
    'Client secret of the Shopify app (Dev Dashboard, the app, Settings); for webhooks that are made in the\n' +
    "shop's own admin, the key shown there. Several, separated by commas, are all accepted: Shopify may go on\n" +
    'signing with the old one for an hour after it is rotated.',
});

/**
 * `X-Shopify-Hmac-Sha256: <base64>`, HMAC-SHA256 over the raw body, or `Shopify-Hmac-Sha256` for Events. Where both
 * are sent both must be right. There is no time in it, and the other headers are not signed.
 *
 * @see https://shopify.dev/docs/apps/build/webhooks/subscribe/https
 * @see https://shopify.dev/docs/apps/build/events/verify-deliveries
 */
export function shopifyVerifier(keys: readonly string[]): Verifier {
  return { configured: keys.length > 0, verify: (delivery) => verify(delivery, keys) };
}

function verify({ headers, body }: Delivery, keys: readonly string[]): Verification {
  if (keys.length === 0) return { outcome: 'unconfigured', setting: clientSecret.name };
  const sent = [WEBHOOK_SIGNATURE, EVENT_SIGNATURE].filter((name) => (headers[name]?.length ?? 0) > 0);
  const required = requiredHeaders(headers, sent.length > 0 ? sent : [WEBHOOK_SIGNATURE]);
  if (required.outcome === 'refused') return required;
  const signatures = Object.values(required.values).map(sha256FromBase64);
  if (!signatures.every((bytes) => bytes !== undefined)) return refused('signature_malformed');

  const labels = signatures.map((signature) => matchingSecret(keys, [signature], [body]));
  const [label] = labels;
  return label === undefined || labels.includes(undefined) ? refused('signature_mismatch') : verified(label);
}

/** The value of `X-Shopify-Hmac-Sha256`. */
export function shopifySignature(body: Buffer, key: string): string {
  return hmacSha256(key, [body]).toString('base64');
}
