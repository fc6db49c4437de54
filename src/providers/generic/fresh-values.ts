import { randomBytes, randomInt, randomUUID } from 'node:crypto';

/** What may stand in the texts of a sample, and what takes its place each time that it is used. */
const FRESH: Readonly<Record<string, () => string>> = {
  '{uuid}': randomUUID,
  '{hex}': () => randomBytes(16).toString('hex'),
  '{number}': () => String(randomInt(1, 2 ** 47)),
  '{now}': () => new Date().toISOString(),
  '{now:s}': () => String(Math.floor(Date.now() / 1000)),
  '{now:ms}': () => String(Date.now()),
};

/** These are numbers when they are all of a text. */
const NUMBERS = /^\{(?:number|now:s|now:ms)\}$/;

/** A copy of a sample's body with fresh values. */
export function withFreshValues(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, fresh(value)]));
}

function fresh(value: unknown): unknown {
  if (typeof value === 'string') {
    const text = value.replace(/\{[a-z:]+\}/g, (place) => FRESH[place]?.() ?? place);
    return NUMBERS.test(value) ? Number(text) : text;
  }
  if (Array.isArray(value)) return value.map(fresh);
  return typeof value === 'object' && value !== null
    ? withFreshValues(value as Record<string, unknown>)
    : value;
}
