import type { Delivery, Verification, Verifier } from '../../model/index.js';
import { FIVE_MINUTES, isFresh } from './freshness.js';
import { hmacSha256, matchingSecret } from './hmac.js';
import { requiredHeaders } from './required-headers.js';
import { parseSignatureList, type SignatureListForm } from './signature-list.js';
import { refused, verified } from './verdict.js';

/** What is the provider's own in a scheme that several share. */
export interface TimedListScheme<Header extends string> extends SignatureListForm {
  readonly header: Header;
  /** Stands between the time and the body in what is signed. */
  readonly joint: string;
  /** Name of the setting that is missing when there are no keys. */
  readonly setting: string;
}

/**
 * A header with a time and signatures, such as `t=<seconds>,v1=<hex>[,v1=<hex> …]`, HMAC-SHA256 over the time, the
 * joint and the raw body. The key is the secret as it is shown. While one is rotated there is a signature for each.
 */
export function timedListVerifier<const Header extends string>(
  keys: readonly string[],
  scheme: TimedListScheme<Header>,
): Verifier {
  return { configured: keys.length > 0, verify: (delivery) => verify(delivery, keys, scheme) };
}

function verify<Header extends string>(
  { headers, body, receivedAt }: Delivery,
  keys: readonly string[],
  scheme: TimedListScheme<Header>,
): Verification {
  if (keys.length === 0) return { outcome: 'unconfigured', setting: scheme.setting };
  const required = requiredHeaders(headers, [scheme.header]);
  if (required.outcome === 'refused') return required;
  const list = parseSignatureList(required.values[scheme.header], scheme);
  if (list.outcome === 'refused') return list;

  const label = matchingSecret(keys, list.signatures, [`${list.time}${scheme.joint}`, body]);
  if (label === undefined) return refused('signature_mismatch');
  // Last, so that "stale" is only said of what really was signed: a replay, or a clock that is wrong.
  return isFresh(Number(list.time) * 1000, receivedAt, FIVE_MINUTES)
    ? verified(label)
    : refused('timestamp_stale');
}

/** The value of the header. @param now milliseconds since the epoch */
export function timedListHeader(
  body: Buffer,
  key: string,
  now: number,
  { separator, time, signature, joint }: TimedListScheme<string>,
): string {
  const seconds = Math.floor(now / 1000);
  const digest = hmacSha256(key, [`${seconds}${joint}`, body]).toString('hex');
  return `${time}=${seconds}${separator}${signature}=${digest}`;
}
