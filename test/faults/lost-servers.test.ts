import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyRedis } from '../support/backends.js';
import { githubDelivery, send } from '../support/deliveries.js';
import { openRelay } from '../support/outages.js';
import { TestService } from '../support/service.js';

/** The pid that the service's own PostgreSQL has written down. */
function postmasterOf(service: TestService): number {
  const file = join(service.folder, '.data', 'postgres', 'postmaster.pid');
  return Number(readFileSync(file, 'utf8').split('\n')[0]);
}

describe('a service whose own database is killed', () => {
  it('says so and ends, since it can write nothing down any more', async () => {
    const service = await TestService.start();
    const exited = once(service.child, 'exit');
    process.kill(postmasterOf(service), 'SIGKILL');
    expect(await exited).toEqual([1, null]);
    expect(service.lines.join('\n')).toContain(
      'Cannot go on: The embedded PostgreSQL ended: stopped by SIGKILL',
    );
    await service.stop();
  });
});

describe('a stop while Redis is away', () => {
  it('ends the service in order, and its database with it', async () => {
    const relay = await openRelay(await emptyRedis());
    const service = await TestService.start({ env: { REDIS_URL: relay.url } });
    const postmaster = postmasterOf(service);
    await relay.close();

    const reply = await send(service, await githubDelivery(service, 'star', { action: 'created' }));
    expect(reply.status).toBe(202);
    expect(await service.stop()).toBe(0);
    expect(() => process.kill(postmaster, 0)).toThrow('ESRCH');
  });
});
