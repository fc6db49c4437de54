import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDelivery } from './deliveries.js';

export interface SenderOptions {
  /** File of the acknowledged ids, one a line, each on disk before the next request is sent. */
  readonly file: string;
  /** Milliseconds from one request to the next. */
  readonly pauseMs: number;
  readonly next: () => Promise<TestDelivery> | TestDelivery;
  /** Sends; may throw, as the service may be dead. */
  readonly send: (delivery: TestDelivery) => Promise<Response>;
  readonly signal: AbortSignal;
}

/**
 * Sends as providers do: one delivery after the other, each again and again until it is acknowledged.
 *
 * @returns ids that were acknowledged
 */
export async function sendPersistently(options: SenderOptions): Promise<string[]> {
  const file = await open(options.file, 'a');
  const acknowledged: string[] = [];
  try {
    while (!options.signal.aborted) {
      const startedAt = performance.now();
      const id = await sendUntilAcknowledged(await options.next(), options);
      if (id === undefined) break;
      await file.write(`${id}\n`);
      await file.datasync();
      acknowledged.push(id);
      await sleep(Math.max(0, options.pauseMs - (performance.now() - startedAt)));
    }
  } finally {
    await file.close();
  }
  return acknowledged;
}

async function sendUntilAcknowledged(
  delivery: TestDelivery,
  { send, signal }: SenderOptions,
): Promise<string | undefined> {
  while (!signal.aborted) {
    try {
      const response = await send(delivery);
      if (response.ok) return ((await response.json()) as { id: string }).id;
    } catch {
      // Dead at the moment; the same delivery is sent again.
    }
    await sleep(20);
  }
  return undefined;
}
