import Stripe from 'stripe';
import { openBackends, QUEUE_BACKENDS, type TestBackends } from '../support/backends.js';
import { githubDelivery, sampleBody, send, type TestDelivery } from '../support/deliveries.js';
import { TestService } from '../support/service.js';

describe.each(QUEUE_BACKENDS)('an event, with the queue in %s', (queue) => {
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
