import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.js';
import { openRelay } from '../../support/outages.js';
import type { FaultRow } from '../arena/fault-row.js';
import { RedisServer } from '../arena/redis-server.js';
import { demandNoRefusals } from './demands.js';

/** Replication is asynchronous, so the new primary lacks the last writes of the old one. */
export const redisFailover: FaultRow = {
  number: 11,
  title: 'Redis fails over to a replica that lags behind',
  backends: ['redis'],
  shortForm: [],
  recovery: { of: 'from the failover to all settled', limitMs: 90_000 },
  deadlineMs: 300_000,
  async run(arena) {
    const link = await openRelay(arena.redis.url);
    const folder = join(arena.folder, 'replica');
    mkdirSync(folder);
    const { hostname, port } = new URL(link.url);
    const replica = await RedisServer.start({
      folder,
      keepsData: false,
      args: ['--replicaof', hostname, port],
    });
    try {
      await arena.start({ role: 'api' });
      const traffic = arena.traffic({ senders: 16 });
      await traffic.acknowledge(arena.scale(100, 500));
      await eventually(
        async () => (await offsetOf(replica)) > 0 || undefined,
        20_000,
        () => 'the replica does not follow',
      );
      link.blackHole();
      await traffic.acknowledge(arena.scale(100, 500));
      const lag = (await offsetOf(arena.redis)) - (await offsetOf(replica));
      await arena.redis.goDown('SIGKILL');
      await replica.command('REPLICAOF', 'NO', 'ONE');
      await arena.redis.failOverTo(replica);
      const failedOverAt = performance.now();
      await arena.start({ role: 'worker' });
      await traffic.acknowledge(20);
      await traffic.stop();
      demandNoRefusals(traffic);
      await arena.untilSettled(150_000);
      const recoveryMs = performance.now() - failedOverAt;
      if (lag <= 0) throw new Error('The replica did not lag behind');
      return { injected: 'failover', recoveryMs, notes: [`${lag} bytes of Redis writes lost`] };
    } finally {
      await Promise.all([replica.close(), link.close()]);
    }
  },
};

/** How much of the replication stream a server has, in bytes. */
async function offsetOf(server: RedisServer): Promise<number> {
  const info = String(await server.command('INFO', 'replication'));
  const [, own] = /^(?:slave|master)_repl_offset:(\d+)/m.exec(info) ?? [];
  return Number(own ?? 0);
}
