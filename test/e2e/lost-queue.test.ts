import { loseQueue, openBackends, QUEUE_BACKENDS, type TestBackends } from '../support/backends.js';
import { githubDelivery, send } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
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

  it('does everything that it has acknowledged', async () => {
    const ids: string[] = [];
    for (let n = 0; n < DELIVERIES; n++) {
      const reply = await send(api, await githubDelivery(api, 'star', { action: 'created' }));
      ids.push(((await reply.json()) as { id: string }).id);
    }
    const count = async (condition: string): Promise<number> =>
      (await backends.pool.query(`SELECT FROM runs WHERE ${condition}`)).rowCount ?? 0;
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
});

it('two services on one Redis do not take each other’s jobs', async () => {
  const [one, two] = [await openBackends('redis'), await openBackends('redis')];
  const api = await TestService.start({ env: { ...one.env, APP_ROLE: 'api' } });
  const stranger = await TestService.start({ env: two.env });
  const owner = await TestService.start({ env: { ...api.env, APP_ROLE: 'worker' } });
  try {
    for (let n = 0; n < DELIVERIES; n++) {
      const reply = await send(api, await githubDelivery(api, 'star', { action: 'created' }));
      const { id } = (await reply.json()) as { id: string };
      expect((await api.settled(id)).status).toBe('completed');
    }
    const { rowCount } = await one.pool.query('SELECT FROM runs WHERE dispatches = 1');
    expect(rowCount).toBe(DELIVERIES);
    expect(stranger.lines.join('\n')).not.toContain('do two services share one queue');
  } finally {
    await Promise.all([api, stranger, owner].map((service) => service.stop()));
    await Promise.all([one, two].map((backends) => backends.close()));
  }
});
