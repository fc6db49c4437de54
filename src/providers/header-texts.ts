import { singleHeader, type DeliveryHeaders, type EnvelopeFault } from '../model/index.js';

/** A header that says a part of the envelope. */
export interface HeaderText {
  /** As its provider writes it; the path of a fault. */
  readonly name: string;
  readonly pattern: RegExp;
  /** Ends the sentence "must be sent once, with …". */
  readonly content: string;
}

export type HeaderTexts<Part extends string> =
  | { outcome: 'read'; texts: Readonly<Record<Part, string>> }
  | { outcome: 'invalid'; faults: readonly EnvelopeFault[] };

/** Reads headers that must be there, or names every one that is missing, doubled or wrong. */
export function readHeaderTexts<Part extends string>(
  headers: DeliveryHeaders,
  wanted: Readonly<Record<Part, HeaderText>>,
): HeaderTexts<Part> {
  const texts: Record<string, string> = {};
  const faults: EnvelopeFault[] = [];
  for (const [part, { name, pattern, content }] of Object.entries<HeaderText>(wanted)) {
    const value = singleHeader(headers, name.toLowerCase());
    const message = `must be sent once, with ${content}`;
    if (value === undefined) faults.push({ path: name, message: `is missing: ${message}` });
    else if (!pattern.test(value)) faults.push({ path: name, message });
    else texts[part] = value;
  }
  if (faults.length > 0) return { outcome: 'invalid', faults };
  return { outcome: 'read', texts: texts as Record<Part, string> };
}
