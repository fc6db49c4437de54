import { readFileSync } from 'node:fs';
import type { TestService } from './service.js';

/** What the process has in memory now, and at most had, in MB. */
export function residentMegabytes(service: TestService): number {
  return field(service, 'VmRSS');
}

export function peakMegabytes(service: TestService): number {
  return field(service, 'VmHWM');
}

function field({ pid }: TestService, name: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024);
}
