import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * All metrics of this process. There is one registry as there is one process: whoever counts needs nothing but the
 * function that counts.
 */
export const registry = new Registry();

const registers = [registry];

export function counter<Label extends string = never>(
  name: `integration_${string}_total`,
  help: string,
  labelNames: readonly Label[] = [],
): Counter<Label> {
  return new Counter({ name, help, labelNames, registers });
}

export function gauge<Label extends string = never>(
  name: `integration_${string}`,
  help: string,
  labelNames: readonly Label[] = [],
): Gauge<Label> {
  return new Gauge({ name, help, labelNames, registers });
}

/** @param buckets upper bounds in the unit that the name ends with */
export function histogram<Label extends string = never>(
  name: `integration_${string}`,
  help: string,
  buckets: readonly number[],
  labelNames: readonly Label[] = [],
): Histogram<Label> {
  return new Histogram({ name, help, buckets: [...buckets], labelNames, registers });
}
