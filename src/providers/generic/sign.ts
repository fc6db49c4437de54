import { randomUUID } from 'node:crypto';
import type { SignedDelivery, UnsignedDelivery } from '../../model/index.js';
import type { EventRules, Rules } from './rules.js';
import { genericSignature, timeText } from './scheme.js';
import { headersOf, onlyHeader } from './source.js';

/** Signs by the rules by which it will be verified. */
export function signGeneric(
  { scheme, event }: Pick<Rules, 'scheme' | 'event'>,
  { type, contentType, body }: UnsignedDelivery,
  key: string,
  { now, url }: { now: number; url: string },
): SignedDelivery | undefined {
  const timestamp = scheme.kind === 'hmac' ? scheme.timestamp : undefined;
  const headers = {
    ...eventHeaders(event, type),
    'content-type': contentType,
    ...(timestamp && { [timestamp.header]: timeText(timestamp, now) }),
  };
  const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  const signature = genericSignature(scheme, { headers: sent, body, url }, key);
  return signature === undefined ? undefined : { headers: { ...headers, [scheme.header]: signature }, body };
}

/** A fresh id, and the type where a header alone tells it. */
function eventHeaders(event: EventRules, type: string): Record<string, string> {
  const typeHeader = onlyHeader(event.type);
  return {
    ...(typeHeader !== undefined && { [typeHeader]: type }),
    ...Object.fromEntries(headersOf(event.id).map((name) => [name, randomUUID()])),
  };
}
