import type { Delivery, ReadSetting, VerifierTools } from '../model/index.js';

/** Reads settings from a record instead of the environment. */
export function readFrom(env: Readonly<Record<string, string>>): ReadSetting {
  return (setting) => {
    const parsed = setting.parse(env[setting.name] ?? setting.fallback);
    if (!parsed.ok) throw new Error(`${setting.name} ${parsed.fault}`);
    return parsed.value;
  };
}

/** 2026-03-01T12:00:00Z. */
export const NOON = Date.UTC(2026, 2, 1, 12);

/** A clock that stands at noon and a network that must not be used. */
export const offline: VerifierTools = {
  now: () => NOON,
  fetch: () => Promise.reject(new Error('nothing may be fetched')),
  trustedRoots: [],
};

/** Headers as the ingest folder hands them over: every name with all its values. */
export function delivered(headers: Readonly<Record<string, string | readonly string[]>>) {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? [value] : value]),
  );
}

/** To which deliveries come. */
export const ADDRESS = 'https://hooks.example.org/';

/** A delivery that came at noon. */
export function deliveryOf(
  headers: Readonly<Record<string, string | readonly string[]>>,
  body: Buffer,
  more: Partial<Delivery> = {},
): Delivery {
  return { headers: delivered(headers), body, receivedAt: NOON, url: ADDRESS, ...more };
}
