import { loseQueue, openBackends, QUEUE_BACKENDS, type TestBackends } from '../support/backends.js';
import { githubDelivery, send } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { inParallel } from '../support/in-parallel.js';
import { TestService } from '../support/service.js';

const DELIVERIES = 20;

describe.each(QUEUE_BACKENDS)('a service whose queue in %s is emptied', (backend) => {
  let backends: TestBackends;
  let api: TestService;
  let worker: TestService | undefined;

  beforeAll(async () => {
    backends = await openBackends(backend);
    api = await TestService.start({ env: { ...backends.env, APP_ROLE: 'api' } });
  });

  afterAll(async () => {
    await worker?.stop();
    await api.stop();
    await backends.close();
  });

  const count = async (condition: string): Promise<number> =>
    (await backends.pool.query(`SELECT FROM runs WHERE ${condition}`)).rowCount ?? 0;

  it('does everything that it has acknowledged', async () => {
    const ids: string[] = [];
    for (let n = 0; n < DELIVERIES; n++) {
      const reply = await send(api, await githubDelivery(api, 'star', { action: 'created' }));
      ids.push(((await reply.json()) as { id: string }).id);
    }
    const until = async (condition: string): Promise<void> => {
      await eventually(
        async () => ((await count(condition)) === DELIVERIES ? true : undefined),
        10_000,
        () => `not all runs are ${condition}`,
      );
    };
    await until('dispatches = 1');
    await loseQueue(backends);
    await until('dispatches = 2');
    worker = await TestService.start({ env: { ...api.env, APP_ROLE: 'worker' } });
    for (const id of ids) expect((await api.settled(id)).status).toBe('completed');
    expect(await count('attempts = 1 AND crashes = 0')).toBe(DELIVERIES);
  });

  if (backend === 'redis') {
    it('does its own jobs beside another service on the same Redis, and neither takes the other’s', async () => {
      const other = await openBackends('postgres');
      const env = { ...other.env, REDIS_URL: backends.env['REDIS_URL'] ?? '' };
      const stranger = await TestService.start({ env });
      try {
        await inParallel(Array.from({ length: DELIVERIES }), 4, async () => {
          const reply = await send(api, await githubDelivery(api, 'star', { action: 'created' }));
          const { id } = (await reply.json()) as { id: string };
          expect((await api.settled(id)).status).toBe('completed');
        });
        expect(await count('dispatches = 1')).toBe(DELIVERIES);
        expect(stranger.lines.join('\n')).not.toContain('do two services share one queue');
      } finally {
        await stranger.stop();
        await other.close();
      }
    });
  }
});
