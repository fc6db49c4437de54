import { randomUUID } from 'node:crypto';
import type { Sample, SignedDelivery } from '../../model/index.js';
import type { Rules } from './rules.js';
import { genericSignature, timeText } from './scheme.js';
import { isForm } from './signed-content.js';
import { headersOf, onlyHeader } from './source.js';

/** Signs a sample by the rules by which it will be verified. */
export function signGeneric(
  rules: Rules,
  sample: Sample,
  key: string,
  { now, url }: { now: number; url: string },
): SignedDelivery | undefined {
  const { scheme } = rules;
  const body = bodyOf(rules, sample);
  const timestamp = scheme.kind === 'hmac' ? scheme.timestamp : undefined;
  const headers = {
    ...eventHeaders(rules, sample),
    'content-type': contentTypeOf(rules),
    ...(timestamp && { [timestamp.header]: timeText(timestamp, now) }),
  };
  const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  const signature = genericSignature(scheme, { headers: sent, body, url }, key);
  return signature === undefined ? undefined : { headers: { ...headers, [scheme.header]: signature }, body };
}

/** A form if there may be one, since that is what `{sortedForm}` is for. */
function contentTypeOf({ contentTypes }: Rules): string {
  return contentTypes.find(isForm) ?? contentTypes[0] ?? 'application/json';
}

function bodyOf(rules: Rules, sample: Sample): Buffer {
  const event = sample.body();
  if (isForm(contentTypeOf(rules))) {
    const fields = Object.entries(event).map(([name, value]): [string, string] => [name, String(value)]);
    return Buffer.from(new URLSearchParams(fields).toString());
  }
  return Buffer.from(JSON.stringify(rules.batched ? [event] : event));
}

/** A fresh id, and the type where a header alone tells it. */
function eventHeaders({ event }: Rules, sample: Sample): Record<string, string> {
  const type = onlyHeader(event.type);
  return {
    ...(type !== undefined && { [type]: sample.type }),
    ...Object.fromEntries(headersOf(event.id).map((name) => [name, randomUUID()])),
  };
}
