import { randomBytes, randomInt } from 'node:crypto';

export function freshSha(): string {
  return randomBytes(20).toString('hex');
}

export function freshNumber(): number {
  return randomInt(1, 2 ** 31);
}
