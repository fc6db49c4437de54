import { createHash } from 'node:crypto';
import type {
  Delivery,
  Provider,
  ReadSetting,
  SignedDelivery,
  UnsignedDelivery,
  VerifierTools,
} from '../model/index.js';
import { writeSample } from './write-sample.js';

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

/** The first sample of a provider, or another. */
export function unsigned(provider: Provider, sample = provider.samples[0]!): UnsignedDelivery {
  return writeSample(provider, sample);
}

/** Somebody who can sign for a provider, and the texts of the settings with which a service trusts them. */
export interface Signer {
  readonly settings: Readonly<Record<string, string>>;
  readonly sign: (unsigned: UnsignedDelivery, now: number, url: string) => SignedDelivery;
}

/**
 * The provider's stand-in, or else whoever has a value for every secret, in the form that the setting wants.
 *
 * @param owner whose secrets: for each of them others, and the same each time
 */
export function signerOf(provider: Provider, owner = 'the first'): Signer {
  const standIn = provider.standIn?.();
  if (standIn !== undefined) return standIn;
  const settings = Object.fromEntries(
    provider.settings
      .filter(({ secret }) => secret)
      .map(({ name, writeFresh }) => {
        const text = `${owner} secret of ${name}`;
        return [name, writeFresh?.(createHash('sha256').update(text).digest()) ?? text];
      }),
  );
  const read = readFrom(settings);
  return { settings, sign: (delivery, now, url) => provider.sign(delivery, read, now, url)! };
}

/** The events of a delivery, as the ingest folder hands them over. */
export function eventsOf({ batched }: Provider, { headers, body }: SignedDelivery): readonly unknown[] {
  if (headers['content-type'] === 'application/x-www-form-urlencoded') {
    return [Object.fromEntries(new URLSearchParams(body.toString()))];
  }
  const payload: unknown = JSON.parse(body.toString());
  return batched === true ? (payload as unknown[]) : [payload];
}
