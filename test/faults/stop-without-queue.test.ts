import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyRedis } from '../support/backends.js';
import { githubDelivery, send } from '../support/deliveries.js';
import { openRelay } from '../support/outages.js';
import { TestService } from '../support/service.js';

describe('a stop while Redis is away', () => {
  it('ends the service in order, and its database with it', async () => {
    const relay = await openRelay(await emptyRedis());
    const service = await TestService.start({ env: { REDIS_URL: relay.url } });
    const pidFile = join(service.folder, '.data', 'postgres', 'postmaster.pid');
    const postmaster = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
    await relay.close();

    const reply = await send(service, await githubDelivery(service, 'star', { action: 'created' }));
    expect(reply.status).toBe(202);
    expect(await service.stop()).toBe(0);
    expect(() => process.kill(postmaster, 0)).toThrow('ESRCH');
  });
});
