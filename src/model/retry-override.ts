import { parseNamed, setting, type Described, type ParsedSetting, type Setting } from './setting.js';

/** Departs from the general rules of retrying; what is left out follows them. */
export interface RetryOverride {
  /** From 1. */
  readonly maxAttempts?: number;
  /** Milliseconds. */
  readonly retryBaseMs?: number;
}

/** What the general settings allow as well. */
export const MOST_ATTEMPTS = 20;
export const LONGEST_RETRY_BASE_MS = 3_600_000;

/** `name=attempts:base`, separated by commas; either number may be left out: `stripe=5:2000, github=:500`. */
export function retryOverrides(described: Described): Setting<ReadonlyMap<string, RetryOverride>> {
  return setting(described, (text) => parseNamed(text, 'attempts:base', parseOverride));
}

function parseOverride(text: string): ParsedSetting<RetryOverride> {
  const [written, attempts = '', base = ''] = /^(\d*)(?::(\d*))?$/.exec(text) ?? [];
  if (written === undefined || !isWithin(attempts, MOST_ATTEMPTS) || !isWithin(base, LONGEST_RETRY_BASE_MS)) {
    return {
      ok: false,
      fault: `must have 1 to ${MOST_ATTEMPTS} attempts and a base of 1 to ${LONGEST_RETRY_BASE_MS} ms, as in 5:2000,`,
    };
  }
  return {
    ok: true,
    value: {
      ...(attempts !== '' && { maxAttempts: Number(attempts) }),
      ...(base !== '' && { retryBaseMs: Number(base) }),
    },
  };
}

/** True for nothing at all, too. */
function isWithin(digits: string, highest: number): boolean {
  return digits === '' || (Number(digits) >= 1 && Number(digits) <= highest);
}
