import { resolve } from 'node:path';
import type { Arena, ServiceWishes } from '../arena/arena.js';
import type { Failpoint } from '../arena/failpoints.js';
import type { Observation } from '../arena/fault-row.js';
import { untilHandsAreEmpty } from './taken-over.js';

/** A service with the test-only workflow of orders, of the one kind or the other. */
export function withOrders(kind: 'pays' | 'ships' | 'fails'): ServiceWishes {
  return {
    preload: [resolve('test/faults/preload/order-workflow.mjs')],
    env: { FAULTS_ORDER: kind, RETRY_BASE_MS: '200' },
  };
}

/** Where a worker dies. */
export type PlaceOfDeath = Pick<Failpoint, 'at' | 'when' | 'about'>;

/**
 * Orders come in while one worker after the other dies at one of the places, and in the end the till has done for
 * each what is wanted.
 */
export async function dieAtEach(
  arena: Arena,
  kind: 'ships' | 'fails',
  places: readonly PlaceOfDeath[],
  wanted: readonly string[],
): Promise<Observation> {
  const wishes = withOrders(kind);
  await arena.start({ ...wishes, role: 'api' });
  // So that what the dead leave does not have to stand in a long queue.
  await arena.start({ ...wishes, role: 'worker' });
  const traffic = arena.traffic({ senders: 8, pauseMs: arena.scale(300, 200), mix: { order: 1 } });
  for (const place of places) {
    const call = 3 + Math.floor(arena.random() * 5);
    await arena.death(
      await arena.start({ ...wishes, role: 'worker', failpoints: [{ ...place, call, then: 'kill' }] }),
    );
  }
  const diedAt = performance.now();
  const inHand = await untilHandsAreEmpty(arena, 120_000);
  const recoveryMs = performance.now() - diedAt;
  await traffic.stop();
  await arena.untilSettled(120_000);
  demandOfTill(arena, arena.sent.size, wanted);
  return {
    injected: `${places.length} deaths`,
    recoveryMs,
    notes: [`${inHand} runs in hand at last`, `each ${wanted.join(', ')}, once`],
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
