import { fromHex } from './signature-bytes.js';
import { refused, type Refused } from './verdict.js';

/** How a header names and parts what it holds. */
export interface SignatureListForm {
  readonly separator: string;
  readonly time: string;
  readonly signature: string;
}

/** `time` are the digits as they were sent, for it is they that are signed: seconds since the epoch. */
export type SignatureList = { outcome: 'parsed'; time: string; signatures: readonly Buffer[] } | Refused;

/**
 * A time and signatures in one header: `t=<seconds>,v1=<hex>[,v1=<hex> …]` with the form of Stripe's. Names that
 * are not asked for are other schemes and prove nothing.
 *
 * Strict where the SDKs are lenient: one time of digits only, nothing but signatures where there should be some, and
 * nothing that isn't `name=value`.
 */
export function parseSignatureList(header: string, form: SignatureListForm): SignatureList {
  const times: string[] = [];
  const texts: string[] = [];
  for (const element of header.split(form.separator)) {
    // Neither blanks nor commas in a value: they would be the seam of two headers that a proxy joined.
    const [, name, value] = /^([A-Za-z0-9_]+)=([^\s,]*)$/.exec(element) ?? [];
    if (name === undefined || value === undefined) return refused('signature_malformed');
    if (name === form.time) times.push(value);
    if (name === form.signature) texts.push(value);
  }
  if (texts.length === 0) return refused('signature_missing');
  const [time, ...otherTimes] = times;
  const signatures = texts.map(fromHex).filter((bytes) => bytes !== undefined);
  const allRead = signatures.length === texts.length;
  if (time === undefined || otherTimes.length > 0 || !/^\d{1,12}$/.test(time) || !allRead) {
    return refused('signature_malformed');
  }
  return { outcome: 'parsed', time, signatures };
}
