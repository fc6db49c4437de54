import type { Delivery, Verification, Verifier } from '../../model/index.js';
import { isFresh } from '../schemes/freshness.js';
import { hmac, matchingSecret } from '../schemes/hmac.js';
import { requiredHeaders } from '../schemes/required-headers.js';
import { matchingToken } from '../schemes/token.js';
import { refused, verified } from '../schemes/verdict.js';
import { signatureHeadersOf, type HmacScheme, type Scheme, type TimestampRule } from './rules.js';
import { decodeSignature } from './signature-encoding.js';
import { signedContents } from './signed-content.js';

/** @param setting the name of the setting that the keys are from */
export function genericVerifier(scheme: Scheme, keys: readonly string[], setting: string): Verifier {
  return {
    configured: keys.length > 0,
    verify: (delivery) =>
      keys.length > 0 ? verify(scheme, delivery, keys) : { outcome: 'unconfigured', setting },
  };
}

function verify(scheme: Scheme, delivery: Delivery, keys: readonly string[]): Verification {
  const headers = requiredHeaders(delivery.headers, signatureHeadersOf(scheme));
  if (headers.outcome === 'refused') return headers;
  const text = headers.values[scheme.header] ?? '';
  if (!text.startsWith(scheme.prefix)) return refused('signature_malformed');
  const signature = text.slice(scheme.prefix.length);
  if (scheme.kind === 'token') {
    const label = matchingToken(keys, signature);
    return label === undefined ? refused('signature_mismatch') : verified(label);
  }
  const time = headers.values[scheme.timestamp?.header ?? ''];
  return verifyHmac(scheme, delivery, keys, { signature, time });
}

function verifyHmac(
  scheme: HmacScheme,
  delivery: Delivery,
  keys: readonly string[],
  { signature, time }: { signature: string; time: string | undefined },
): Verification {
  const { hash, encoding, timestamp } = scheme;
  const bytes = decodeSignature(signature, encoding, hash);
  if (bytes === undefined) return refused('signature_malformed');
  if (timestamp !== undefined && !isTime(time)) return refused('signature_malformed');

  const labels = (signedContents(scheme, delivery) ?? []).map((parts) =>
    matchingSecret(keys, [bytes], parts, hash),
  );
  const label = labels.find((found) => found !== undefined);
  if (label === undefined) return refused('signature_mismatch');
  // Last, so that "stale" is only said of what really was signed: a replay, or a clock that is wrong.
  return timestamp === undefined ||
    isFresh(millisOf(timestamp, time), delivery.receivedAt, timestamp.tolerance)
    ? verified(label)
    : refused('timestamp_stale');
}

function isTime(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,15}$/.test(text);
}

function millisOf({ unit }: TimestampRule, text: string | undefined): number {
  return Number(text) * (unit === 's' ? 1000 : 1);
}

/** The value of the timestamp's header. @param now milliseconds since the epoch */
export function timeText({ unit }: TimestampRule, now: number): string {
  return String(unit === 's' ? Math.floor(now / 1000) : now);
}

/** The value of the signature's header; `undefined` if what is signed could not cover the body. */
export function genericSignature(
  scheme: Scheme,
  delivery: Pick<Delivery, 'headers' | 'body' | 'url'>,
  key: string,
): string | undefined {
  if (scheme.kind === 'token') return scheme.prefix + key;
  const parts = signedContents(scheme, delivery)?.[0];
  return parts && scheme.prefix + hmac(scheme.hash, key, parts).toString(scheme.encoding);
}
