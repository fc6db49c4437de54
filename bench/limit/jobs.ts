import type { ConnectionOptions } from 'bullmq';
import { Redis } from 'ioredis';

export const QUEUE = 'events';

/** Jobs of one worker at a time. */
export const CONCURRENCY = 64;

export interface EventJob {
  readonly event: string;
  readonly entity: string;
}

export function connectRedis(): ConnectionOptions {
  return new Redis(required('REDIS_URL'), { maxRetriesPerRequest: null });
}

export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
