import { setting, type Described, type ParsedSetting, type Setting } from './setting.js';

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
  const parse = (text: string): ParsedSetting<ReadonlyMap<string, RetryOverride>> => {
    const overrides = new Map<string, RetryOverride>();
    for (const part of text.split(',').map((piece) => piece.trim())) {
      if (part === '') continue;
      const match = /^([a-z][a-z0-9-]*)=(\d*)(?::(\d*))?$/.exec(part);
      if (match === null) return { ok: false, fault: 'must be name=attempts:base, separated by commas' };
      const [, name = '', attempts = '', base = ''] = match;
      if (overrides.has(name)) return { ok: false, fault: `must have ${name} once` };
      if (!isWithin(attempts, MOST_ATTEMPTS) || !isWithin(base, LONGEST_RETRY_BASE_MS)) {
        return {
          ok: false,
          fault: `must have 1 to ${MOST_ATTEMPTS} attempts and a base of 1 to ${LONGEST_RETRY_BASE_MS} ms for ${name}`,
        };
      }
      overrides.set(name, {
        ...(attempts !== '' && { maxAttempts: Number(attempts) }),
        ...(base !== '' && { retryBaseMs: Number(base) }),
      });
    }
    return { ok: true, value: overrides };
  };
  return setting(described, parse);
}

/** True for nothing at all, too. */
function isWithin(digits: string, highest: number): boolean {
  return digits === '' || (Number(digits) >= 1 && Number(digits) <= highest);
}
