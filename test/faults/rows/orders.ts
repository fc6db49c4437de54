import { resolve } from 'node:path';
import type { Arena, ServiceWishes } from '../arena/arena.js';

/** A service with the test-only workflow of orders, of the one kind or the other. */
export function withOrders(kind: 'pays' | 'fails'): ServiceWishes {
  return {
    preload: [resolve('test/faults/preload/order-workflow.mjs')],
    env: { FAULTS_ORDER: kind, RETRY_BASE_MS: '200' },
  };
}

/** By event, what the till did for it, in order, each under the key under which it came first. */
export function readTill(arena: Arena): Map<string, string[]> {
  const done = new Map<string, string[]>();
  const known = new Set<string>();
  for (const { idempotencyKey, body } of arena.till.received) {
    if (known.has(idempotencyKey) || !arena.till.effects.has(idempotencyKey)) continue;
    known.add(idempotencyKey);
    const { event, what } = body as { event: string; what: string };
    done.set(event, [...(done.get(event) ?? []), what]);
  }
  return done;
}

/** @throws if the till did anything else for an event, or for more or fewer events */
export function demandOfTill(arena: Arena, events: number, wanted: readonly string[]): void {
  const done = readTill(arena);
  const wrong = [...done].filter(([, what]) => what.join() !== wanted.join());
  if (wrong.length > 0) throw new Error(`${wrong.length} events were done as ${wrong[0]?.[1].join()}`);
  if (done.size !== events) throw new Error(`${done.size} of ${events} events reached the till`);
  if (arena.till.complaints.length > 0)
    throw new Error(`The till complains: ${arena.till.complaints[0] ?? ''}`);
}
