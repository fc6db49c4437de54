import { createHash } from 'node:crypto';
import type {
  Delivery,
  Provider,
  ReadSetting,
  Sample,
  SignedDelivery,
  VerifierTools,
} from '../model/index.js';

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

/** Somebody who can sign for a provider, and the settings with which a service trusts them. */
export interface Sender {
  readonly read: ReadSetting;
  readonly sign: (sample: Sample) => SignedDelivery;
}

/**
 * The provider's stand-in, or else whoever has a value for every secret: another one for each and the same each time,
 * in the form that the setting wants.
 */
export function senderOf(provider: Provider): Sender {
  const standIn = provider.standIn?.();
  if (standIn !== undefined) {
    return { read: readFrom(standIn.settings), sign: (sample) => standIn.sign(sample, NOON) };
  }
  const secrets = provider.settings.filter((setting) => setting.secret);
  const read = readFrom(
    Object.fromEntries(
      secrets.map(({ name, writeFresh }) => [
        name,
        writeFresh?.(createHash('sha256').update(name).digest()) ?? `secret of ${name}`,
      ]),
    ),
  );
  return { read, sign: (sample) => provider.sign(sample, read, NOON, ADDRESS)! };
}

/** The events of a delivery, as the ingest folder hands them over. */
export function eventsOf({ batched }: Provider, { headers, body }: SignedDelivery): readonly unknown[] {
  if (headers['content-type'] === 'application/x-www-form-urlencoded') {
    return [Object.fromEntries(new URLSearchParams(body.toString()))];
  }
  const payload: unknown = JSON.parse(body.toString());
  return batched === true ? (payload as unknown[]) : [payload];
}
