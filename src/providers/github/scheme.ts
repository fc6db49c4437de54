import { secrets, type Delivery, type Verification, type Verifier } from '../../model/index.js';
import { hmacSha256, matchingSecret } from '../schemes/hmac.js';
import { requiredHeaders } from '../schemes/required-headers.js';
import { fromHex } from '../schemes/signature-bytes.js';
import { refused, verified } from '../schemes/verdict.js';

export const webhookSecret = secrets({
  name: 'GITHUB_WEBHOOK_SECRET',
  description:
    'Secret of the GitHub webhook (repository, organisation or app settings, Webhooks).\n' +
    'Several, separated by commas, are all accepted, so that one can be rotated.',
  generated: true,
});

const PREFIX = 'sha256=';

/**
 * `X-Hub-Signature-256: sha256=<hex>`, HMAC-SHA256 over the raw body. The older SHA-1 header beside it is
 * not looked at. There is no time in it, and the other headers are not signed.
 *
 * @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export function githubVerifier(keys: readonly string[]): Verifier {
  return { configured: keys.length > 0, verify: (delivery) => verify(delivery, keys) };
}

function verify(delivery: Delivery, keys: readonly string[]): Verification {
  if (keys.length === 0) return { outcome: 'unconfigured', setting: webhookSecret.name };
  const headers = requiredHeaders(delivery.headers, ['x-hub-signature-256']);
  if (headers.outcome === 'refused') return headers;
  const text = headers.values['x-hub-signature-256'];
  const signature = text.startsWith(PREFIX) ? fromHex(text.slice(PREFIX.length)) : undefined;
  if (signature === undefined) return refused('signature_malformed');
  const label = matchingSecret(keys, [signature], [delivery.body]);
  return label === undefined ? refused('signature_mismatch') : verified(label);
}

/** The value of `X-Hub-Signature-256`. */
export function githubSignature(body: Buffer, key: string): string {
  return PREFIX + hmacSha256(key, [body]).toString('hex');
}
