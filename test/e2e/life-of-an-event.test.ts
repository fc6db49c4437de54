import examples from '@octokit/webhooks-examples/api.github.com/index.json' with { type: 'json' };
import Stripe from 'stripe';
import { openBackends, QUEUE_BACKENDS, type TestBackends } from '../support/backends.js';
import { githubDelivery, sampleBody, send, type TestDelivery } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { inParallel } from '../support/in-parallel.js';
import { TestService } from '../support/service.js';

const payloads = examples.flatMap(({ name, examples: bodies }) => bodies.map((body) => ({ name, body })));

/** Everything that processing leaves behind, as counts. */
const TRACES = `
  SELECT (SELECT count(*)::int FROM events) AS events, (SELECT count(*)::int FROM payloads) AS payloads,
         (SELECT count(*)::int FROM runs) AS runs, (SELECT count(*)::int FROM transitions) AS transitions,
         (SELECT count(*)::int FROM steps) AS steps, (SELECT sum(attempts)::int FROM runs) AS attempts,
         (SELECT count(*)::int FROM runs WHERE status = 'completed') AS completed`;

describe.each(QUEUE_BACKENDS)('with the queue in %s', (queue) => {
  let backends: TestBackends;
  let service: TestService;

  beforeAll(async () => {
    backends = await openBackends(queue);
    service = await TestService.start({ env: backends.env });
  });

  afterAll(async () => {
    expect(await service.stop()).toBe(0);
    await backends.close();
  });

  // First: it counts everything.
  describe('every example payload of GitHub', () => {
    let deliveries: TestDelivery[];

    beforeAll(async () => {
      deliveries = await Promise.all(payloads.map(({ name, body }) => githubDelivery(service, name, body)));
    });

    const traces = async () => (await backends.pool.query<Record<string, number>>(TRACES)).rows[0];
    const statuses = async () => {
      const responses = await inParallel(deliveries, 20, (delivery) => send(service, delivery));
      return new Set(responses.map(({ status }) => status));
    };

    it('is accepted and completes', async () => {
      expect(payloads).toHaveLength(329);
      expect(await statuses()).toEqual(new Set([202]));
      await eventually(
        async () => ((await traces())?.['completed'] === payloads.length ? true : undefined),
        60_000,
        () => 'not all runs are completed',
      );
      expect(await traces()).toMatchObject({ events: 329, payloads: 329, runs: 329, attempts: 329 });
      console.log(`${queue}: ${payloads.length} payloads accepted and completed`);
    });

    it('is a duplicate when it comes again, and nothing happens twice', async () => {
      const before = await traces();
      expect(await statuses()).toEqual(new Set([200]));
      // A duplicate that made work would make it before this event, which comes after them all.
      const response = await send(service, await githubDelivery(service, 'star', { action: 'created' }));
      const { id } = (await response.json()) as { id: string };
      const { runs } = await service.settled(id);
      expect(await traces()).toEqual({
        events: 330,
        payloads: 330,
        runs: 330,
        attempts: 330,
        completed: 330,
        transitions: (before?.['transitions'] ?? 0) + (runs[0]?.transitions.length ?? 0),
        steps: (before?.['steps'] ?? 0) + (runs[0]?.steps.length ?? 0),
      });
    });
  });

  describe('an event', () => {
    /** By Stripe's own SDK. */
    function signedByStripe(event: unknown): TestDelivery {
      const payload = JSON.stringify(event);
      const secret = service.secret('STRIPE_WEBHOOK_SECRET');
      const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret });
      return { provider: 'stripe', headers: { 'stripe-signature': signature }, body: payload };
    }

    it('is verified, recorded, queued, processed and completed, and its whole life can be read', async () => {
      const payload = sampleBody('stripe', 'payment_intent.succeeded');
      const response = await send(service, signedByStripe(payload));
      const { id, status } = (await response.json()) as { id: string; status: string };

      expect(response.status).toBe(202);
      expect(status).toBe('accepted');
      expect(await service.settled(id)).toMatchObject({
        id,
        provider: 'stripe',
        account: '',
        type: 'payment_intent.succeeded',
        deliveryKey: payload['id'],
        status: 'completed',
        payload,
        headers: { 'stripe-signature': expect.any(String) as string },
        runs: [
          {
            workflow: 'stripe-payment-succeeded',
            number: 1,
            status: 'completed',
            attempts: 1,
            crashes: 0,
            nextAttemptAt: null,
            lastError: null,
            steps: [
              { name: 'keep-payment', action: 'persist', status: 'done' },
              { name: 'send-receipt', action: 'email', status: 'done' },
            ],
            transitions: [
              { from: 'pending', to: 'running', attempt: 1, reason: 'claimed' },
              { from: 'running', to: 'completed', attempt: 1, reason: 'finished' },
            ],
          },
        ],
      });
    });

    it('that nothing is for gets the fallback workflow', async () => {
      const response = await send(service, await githubDelivery(service, 'star', { action: 'created' }));
      const { id } = (await response.json()) as { id: string };

      const { runs } = await service.settled(id);
      expect(runs).toMatchObject([{ workflow: 'log', status: 'completed' }]);
    });
  });
});
