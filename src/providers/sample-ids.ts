import { randomBytes, randomInt, randomUUID } from 'node:crypto';

/** Ids as they look in the samples of several providers. */

/** Upper-case letters and digits after a prefix, such as `C4F2A91B7D3`. */
export function freshCode(prefix: string): string {
  return prefix + randomBytes(5).toString('hex').toUpperCase();
}

/** Lower-case letters and digits after a prefix, such as `evt_01hv8wptq8987qeep44cyrewp9`. */
export function freshName(prefix: string): string {
  return prefix + randomUUID().replaceAll('-', '');
}

export function freshNumber(): number {
  return randomInt(1, 2 ** 31);
}
