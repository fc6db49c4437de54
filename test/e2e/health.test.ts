import request from 'supertest';
import { openBackends, QUEUE_BACKENDS, type TestBackends } from '../support/backends.js';
import { TestService } from '../support/service.js';

describe.each(QUEUE_BACKENDS)('the health of a service with its queue in %s', (queue) => {
  let backends: TestBackends;
  let service: TestService;

  beforeAll(async () => {
    backends = await openBackends(queue);
    service = await TestService.start({ env: backends.env });
  });

  afterAll(async () => {
    await service.stop();
    await backends.close();
  });

  it('names everything that whoever is on call may want to know', async () => {
    const reply = await request(service.url).get('/health').expect(200).expect('content-type', /json/);
    expect(reply.body).toMatchObject({
      status: 'ok',
      details: {
        database: { status: 'up' },
        queue: { status: 'up', backend: queue, queues: 3 },
        migrations: { status: 'up' },
        workers: { status: 'up' },
        events: { status: 'up', oldestWaitingSeconds: 0 },
        eventLoop: { status: 'up', lagMs: expect.any(Number) as number },
        memory: { status: 'up', rss: expect.any(Number) as number },
        disk: { status: 'up', free: expect.any(Number) as number },
      },
    });
  });

  it('is live, and ready for traffic', async () => {
    const live = await request(service.url).get('/health/live').expect(200);
    expect(live.body).toMatchObject({ details: { workers: { status: 'up' } } });
    const reply = await request(service.url).get('/health/ready').expect(200);
    expect(reply.body).toMatchObject({ details: { service: { status: 'up' }, database: { status: 'up' } } });
  });
});
