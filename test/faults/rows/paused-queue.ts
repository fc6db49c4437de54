import { Queue } from 'bullmq';
import { queueName } from '../../../src/model/index.js';
import { readInstallationId } from '../../../src/store/index.js';
import { connectTestQueue } from '../../support/backends.js';
import { eventually } from '../../support/eventually.js';
import type { Arena } from '../arena/arena.js';

/** Waits until the provider's queue is paused, as whoever looks at it from outside sees it. */
export async function untilPaused(arena: Arena, provider: string): Promise<void> {
  const env = { ...arena.postgres.env, ...(arena.queue === 'redis' && arena.redis.env) };
  const connections = await connectTestQueue(env, await readInstallationId(arena.pool));
  const queue = new Queue(queueName(provider), {
    connection: connections.producer,
    prefix: connections.prefix,
  });
  try {
    await eventually(
      async () => (await queue.isPaused()) || undefined,
      20_000,
      () => `the queue of ${provider} is not paused`,
    );
  } finally {
    await queue.close();
    await connections.close();
  }
}
