import type { Arena } from '../arena/arena.js';

/** Takes everything from the queue while it goes on working. */
export async function emptyQueue(arena: Arena): Promise<void> {
  if (arena.queue === 'redis') await arena.redis.command('FLUSHALL');
  else await arena.pool.query('TRUNCATE bullmq.job CASCADE');
}
