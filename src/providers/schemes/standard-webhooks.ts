import {
  signingKey,
  type Delivery,
  type DeliveryHeaders,
  type SignedDelivery,
  type Verification,
  type Verifier,
} from '../../model/index.js';
import { FIVE_MINUTES, isFresh } from './freshness.js';
import { hmacSha256, matchingSecret } from './hmac.js';
import { requiredHeaders } from './required-headers.js';
import { sha256FromBase64 } from './signature-bytes.js';
import { refused, verified, type Refused } from './verdict.js';

/** The headers of a message, by the prefix that they share. Svix was there before the standard and has its own. */
const NAMES = {
  webhook: { id: 'webhook-id', timestamp: 'webhook-timestamp', signature: 'webhook-signature' },
  svix: { id: 'svix-id', timestamp: 'svix-timestamp', signature: 'svix-signature' },
} as const;

export type HeaderPrefix = keyof typeof NAMES;

/** What is the provider's own: the prefixes that it may use, and the name of its setting. */
export interface StandardWebhooksScheme {
  readonly prefixes: readonly [HeaderPrefix, ...HeaderPrefix[]];
  readonly setting: string;
}

/** Any id that can be a key of ours. It may hold a dot: no body that begins with a brace is read two ways by that. */
const ID = /^[\x21-\x7e]{1,255}$/;

/**
 * `<prefix>-id`, `<prefix>-timestamp` in seconds, and `<prefix>-signature: v1,<base64>[ v1,<base64> …]`, HMAC-SHA256
 * over `<id>.<timestamp>.<raw body>`. The key is base64, after `whsec_`. While a secret is rotated there is one `v1`
 * for each. `v1a` (ed25519) may stand beside them and is not looked at.
 *
 * The time is that of the attempt, five minutes off at most; the id is the same in every attempt.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function standardWebhooksVerifier(
  secrets: readonly string[],
  scheme: StandardWebhooksScheme,
): Verifier {
  const keys = secrets.map(signingKey);
  return { configured: keys.length > 0, verify: (delivery) => verify(delivery, keys, scheme) };
}

function verify(
  { headers, body, receivedAt }: Delivery,
  keys: readonly Buffer[],
  scheme: StandardWebhooksScheme,
): Verification {
  if (keys.length === 0) return { outcome: 'unconfigured', setting: scheme.setting };
  const names = NAMES[prefixOf(headers, scheme)];
  const required = requiredHeaders(headers, [names.id, names.timestamp, names.signature]);
  if (required.outcome === 'refused') return required;
  const id = required.values[names.id];
  const time = required.values[names.timestamp];
  if (!ID.test(id) || !/^\d{1,12}$/.test(time)) return refused('signature_malformed');
  const list = parseSignatures(required.values[names.signature]);
  if (list.outcome === 'refused') return list;

  const label = matchingSecret(keys, list.signatures, [`${id}.${time}.`, body]);
  if (label === undefined) return refused('signature_mismatch');
  return isFresh(Number(time) * 1000, receivedAt, FIVE_MINUTES)
    ? verified(label)
    : refused('timestamp_stale');
}

/**
 * The prefix whose headers are all there, for never may one be taken from here and another from there: what is read
 * as the id must be what was signed. Whoever asks gets the same answer for the same headers.
 */
function prefixOf(headers: DeliveryHeaders, { prefixes }: StandardWebhooksScheme): HeaderPrefix {
  const complete = prefixes.find((prefix) =>
    Object.values(NAMES[prefix]).every((name) => (headers[name]?.length ?? 0) > 0),
  );
  return complete ?? prefixes[0];
}

/** The header that has the id, which is the delivery key. */
export function idHeader(headers: DeliveryHeaders, scheme: StandardWebhooksScheme): string {
  return NAMES[prefixOf(headers, scheme)].id;
}

export function signatureHeaders({ prefixes }: StandardWebhooksScheme): string[] {
  return prefixes.flatMap((prefix) => Object.values(NAMES[prefix]));
}

function parseSignatures(header: string): { outcome: 'parsed'; signatures: readonly Buffer[] } | Refused {
  const signatures: Buffer[] = [];
  for (const element of header.split(' ')) {
    const [, version, text] = /^(v[0-9a-z]+),([^\s,]+)$/.exec(element) ?? [];
    if (version === undefined || text === undefined) return refused('signature_malformed');
    if (version !== 'v1') continue;
    const signature = sha256FromBase64(text);
    if (signature === undefined) return refused('signature_malformed');
    signatures.push(signature);
  }
  return signatures.length > 0 ? { outcome: 'parsed', signatures } : refused('algorithm_unknown');
}

/** @param now milliseconds since the epoch */
export function signAsStandardWebhooks(
  message: { id: string; body: Buffer; headers?: Readonly<Record<string, string>> },
  secret: string,
  prefix: HeaderPrefix,
  now: number,
): SignedDelivery {
  const { id, body, headers } = message;
  const names = NAMES[prefix];
  const time = String(Math.floor(now / 1000));
  const signature = hmacSha256(signingKey(secret), [`${id}.${time}.`, body]).toString('base64');
  return {
    headers: {
      'content-type': 'application/json',
      ...headers,
      [names.id]: id,
      [names.timestamp]: time,
      [names.signature]: `v1,${signature}`,
    },
    body,
  };
}
