import { isDeadLetter } from '../../src/model/index.js';
import type { RunView } from '../../src/ops/event.dto.js';
import { openBackends, QUEUE_BACKENDS, type TestBackends } from '../support/backends.js';
import { sampleBody, send, stripeDelivery } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { HttpTarget } from '../support/http-target.js';
import { TestService } from '../support/service.js';

describe.each(QUEUE_BACKENDS)('an order that was paid, with the queue in %s', (queue) => {
  let backends: TestBackends;
  let shop: HttpTarget;
  let service: TestService;

  beforeAll(async () => {
    backends = await openBackends(queue);
    shop = await HttpTarget.start();
    service = await TestService.start({
      env: {
        ...backends.env,
        HTTP_TARGETS: `shop=${shop.url}`,
        HTTP_SIGNING_SECRET: shop.secret,
        RETRY_BASE_MS: '10',
      },
    });
  });

  afterAll(async () => {
    await service.stop();
    await shop.close();
    await backends.close();
  });

  beforeEach(() => {
    shop.received.length = 0;
    shop.usually = 'take';
  });

  async function pay(change: (payment: Record<string, unknown>) => void = () => undefined): Promise<RunView> {
    const payload = sampleBody('stripe', 'payment_intent.succeeded') as {
      data: { object: Record<string, unknown> };
    };
    change(payload.data.object);
    const reply = await send(service, stripeDelivery(service, payload));
    const { id } = (await reply.json()) as { id: string };
    // The payment's other workflow may be done sooner.
    return eventually(
      async () => {
        const { runs } = await service.event(id);
        return runs.find(
          ({ workflow, status }) =>
            workflow === 'stripe-order-paid' && (status === 'completed' || isDeadLetter(status)),
        );
      },
      20_000,
      () => `the run of the order of event ${id} is not at its end`,
    );
  }

  const paths = () => shop.received.map(({ path }) => path);

  it('is reserved, shipped and confirmed', async () => {
    const run = await pay();
    expect(run.status).toBe('completed');
    expect(run.steps.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'keep-order done',
      'reserve-stock done',
      'create-shipment done',
      'send-confirmation done',
    ]);
    expect(paths()).toEqual(['/reservations', '/shipments']);
  });

  it('is released and refunded, in this order and once each, when it cannot be shipped', async () => {
    shop.plan('/shipments', 409);
    shop.plan('/reservations/release', 'take and hang up', 503);
    const run = await pay();
    expect(run).toMatchObject({
      status: 'compensated',
      lastError: { code: 'target_unavailable', step: 'reserve-stock:compensation' },
    });
    expect(run.transitions.map(({ from, to, reason }) => `${from} → ${to} ${reason}`)).toEqual([
      'pending → running claimed',
      'running → compensating failed',
      'compensating → compensating failed',
      'compensating → compensating claimed',
      'compensating → compensating failed',
      'compensating → compensating claimed',
      'compensating → compensated finished',
    ]);
    expect(run.transitions[1]?.detail).toMatchObject({ code: 'target_refused', step: 'create-shipment' });
    expect(paths()).toEqual([
      '/reservations',
      '/shipments',
      ...Array<string>(3).fill('/reservations/release'),
      '/refunds',
    ]);
    const keys = shop.receivedAt('/reservations/release').map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys)).toEqual(new Set([`${run.id}:reserve-stock:compensation`]));
    expect(shop.receivedAt('/refunds')).toMatchObject([{ body: { amount: 4200, currency: 'eur' } }]);
    expect(shop.complaints).toEqual([]);
  });

  it('is called back first when nobody knows whether it was shipped', async () => {
    shop.plan('/shipments', 'take and hang up', 503, 503);
    const run = await pay();
    expect(run.status).toBe('compensated');
    expect(paths().slice(-3)).toEqual(['/shipments/cancel', '/reservations/release', '/refunds']);
  });

  it('is not undone once it was shipped, whatever becomes of the e-mail', async () => {
    const run = await pay((payment) => (payment['receipt_email'] = 'nobody'));
    expect(run).toMatchObject({ status: 'dead_lettered', lastError: { step: 'send-confirmation' } });
    expect(paths()).toEqual(['/reservations', '/shipments']);
  });

  it('is left to a person when it cannot be undone', async () => {
    shop.plan('/shipments', 409);
    shop.plan('/reservations/release', 404);
    const run = await pay();
    expect(run).toMatchObject({
      status: 'compensation_failed',
      lastError: { code: 'target_refused', step: 'reserve-stock:compensation' },
    });
    expect(paths()).toEqual(['/reservations', '/shipments', '/reservations/release']);
  });

  it('is a dead letter when nothing was done that could be undone', async () => {
    const run = await pay((payment) => (payment['metadata'] = { order_id: { not: 'a text' } }));
    expect(run.status).toBe('dead_lettered');
    expect(paths()).toEqual([]);
  });
});
