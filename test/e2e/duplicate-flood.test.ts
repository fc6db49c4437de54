import { Agent, request } from 'node:http';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openBackends, QUEUE_BACKENDS, type TestBackends } from '../support/backends.js';
import { sampleBody, stripeDelivery, type TestDelivery } from '../support/deliveries.js';
import { inParallel } from '../support/in-parallel.js';
import { TestService } from '../support/service.js';

const COPIES = 1_000;
const CONNECTIONS = 50;

describe.each(QUEUE_BACKENDS)(
  '1,000 copies of one event over 50 connections, with the queue in %s',
  (queue) => {
    let backends: TestBackends;
    let service: TestService;

    beforeAll(async () => {
      backends = await openBackends(queue);
      service = await TestService.start({ env: { ...backends.env, LOG_LEVEL: 'warn' } });
    });

    afterAll(async () => {
      await service.stop();
      await backends.close();
    });

    it('leave one event, one run, one e-mail, and one 202 among 999 × 200', async () => {
      const delivery = stripeDelivery(service, sampleBody('stripe', 'payment_intent.succeeded'));
      const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
      const replies = await inParallel(Array<TestDelivery>(COPIES).fill(delivery), CONNECTIONS, (copy) =>
        post(service, agent, copy),
      );
      agent.destroy();

      const count = (status: number): number => replies.filter((reply) => reply.status === status).length;
      expect({ accepted: count(202), duplicate: count(200) }).toEqual({ accepted: 1, duplicate: COPIES - 1 });
      const ids = new Set(replies.map(({ id }) => id));
      expect(ids.size).toBe(1);

      const [id = ''] = ids;
      expect(await service.settled(id)).toMatchObject({
        status: 'completed',
        runs: [{ attempts: 1, number: 1 }],
      });
      const { rows } = await backends.pool.query(
        'SELECT (SELECT count(*)::int FROM events) AS events, (SELECT count(*)::int FROM runs) AS runs',
      );
      expect(rows).toEqual([{ events: 1, runs: 1 }]);
      expect(readdirSync(join(service.folder, '.data', 'mail'))).toHaveLength(1);
    });
  },
);

async function post(service: TestService, agent: Agent, delivery: TestDelivery) {
  return new Promise<{ status: number | undefined; id: string }>((resolve, reject) => {
    const sent = request(`${service.url}/webhooks/${delivery.provider}`, {
      agent,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...delivery.headers },
    });
    sent.on('error', reject).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode, id: (JSON.parse(text) as { id: string }).id });
      });
    });
    sent.end(delivery.body);
  });
}
