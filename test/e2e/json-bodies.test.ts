import Stripe from 'stripe';
import type { EventView } from '../../src/ops/event.dto.js';
import { openBackends, type TestBackends } from '../support/backends.js';
import { sampleBody, send, type TestDelivery } from '../support/deliveries.js';
import { problemOf } from '../support/problem.js';
import { TestService } from '../support/service.js';

let backends: TestBackends;
let service: TestService;

beforeAll(async () => {
  backends = await openBackends('postgres');
  service = await TestService.start({ env: backends.env });
});

afterAll(async () => {
  expect(await service.stop()).toBe(0);
  await backends.close();
});

/** Whatever JSON allows is read by everybody in the same way: envelope, workflow, tables and operations API. */
describe('a signed payment', () => {
  it('in which a field stands twice counts as what stands last', async () => {
    const last = `pi_last_${Date.now()}`;
    const event = await settled(payment('"cus_1"', `"id":"pi_first","id":${JSON.stringify(last)}`));
    expect(event).toMatchObject({ status: 'completed', entity: last });
    expect(objectOf(event)['id']).toBe(last);
    expect(await kept(last)).toMatchObject({ customer: 'cus_1' });
  });

  it('with __proto__ where a workflow keeps it has a field of that name, everywhere', async () => {
    const customer = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
    const event = await settled(payment(customer));
    expect(event.status).toBe('completed');
    const { rows } = await backends.pool.query<{ names: string[] }>(
      `SELECT array(SELECT jsonb_object_keys(data->'customer')) AS names FROM entities WHERE key = $1`,
      [event.entity],
    );
    expect(rows[0]?.names.sort()).toEqual(['__proto__', 'constructor']);
    expect(Object.keys(objectOf(event)['customer'] as object)).toEqual(['__proto__', 'constructor']);

    // What is made after it in the same process is as it was.
    const next = await settled(payment('"cus_2"'));
    expect(JSON.stringify([next, await kept(next.entity)])).not.toContain('polluted');
  });

  it('with a number that a double cannot hold has the nearest one, everywhere', async () => {
    const event = await settled(payment('9007199254740993'));
    expect(objectOf(event)['customer']).toBe(9007199254740992);
    expect(await kept(event.entity)).toMatchObject({ customer: 9007199254740992 });
  });

  it('that nests as deeply as it may is kept', async () => {
    const event = await settled(payment(`${'['.repeat(190)}${']'.repeat(190)}`));
    expect(event.status).toBe('completed');
  });

  it.each([
    ['NUL', '"a\\u0000b"'],
    ['half of a surrogate pair', '"\\ud800"'],
    ['NUL in a name', '{"a\\u0000":1}'],
    ['the other half', '["\\ude00\\ud83d"]'],
  ])('with %s is recorded, and its run fails at the step that would keep it', async (_what, customer) => {
    const event = await settled(payment(customer));
    expect(event.runs).toMatchObject([
      {
        status: 'dead_lettered',
        attempts: 1,
        lastError: { code: 'input_invalid', step: 'keep-payment', retryable: false },
      },
    ]);
    expect(objectOf(event)['customer']).toEqual(JSON.parse(customer));
    expect(await kept(event.entity)).toBeUndefined();
  });

  it.each<[string, string, string, RegExp]>([
    ['a number that no double can hold', payment('1e999'), '', /number that is too large/],
    ['a name of 5000 bytes', payment(`{"${'x'.repeat(5000)}":1}`), '', /name longer than 4096 bytes/],
    ['more values than anybody sends', payment(`[${'0,'.repeat(500_000)}0]`), '', /more than 500000 values/],
    ['200 levels too many', payment(`${'['.repeat(400)}${']'.repeat(400)}`), '', /nested deeper than 200/],
    ['NUL in its id', withId('"evt_\\u0000"'), '/id', /^must be an event id that starts with "evt_"$/],
    ['half a pair in its id', withId('"evt_\\ud800"'), '/id', /^must be an event id/],
    ['no text as its id', withId('{"toString":"evt_1"}'), '/id', /^must be an event id/],
  ])('with %s is answered 400', async (_what, body, path, message) => {
    const { errors } = await problemOf(await send(service, deliveryOf(body)), 400);
    expect(errors).toEqual([{ path, message: expect.stringMatching(message) as string }]);
  });
});

describe('an order to the operations API', () => {
  it('with __proto__ is no order', async () => {
    const reply = await fetch(`${service.url}/api/v1/redrives`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${service.secret('OPS_TOKEN')}`,
        'content-type': 'application/json',
      },
      body: '{"__proto__":{"all":true},"constructor":{"prototype":{"all":true}}}',
    });
    await problemOf(reply, 400);
  });
});

/** A payment as Stripe would send it, with this JSON as its customer and more fields in its object. */
function payment(customer: string, more?: string): string {
  const body = sampleBody('stripe', 'payment_intent.succeeded') as { data: { object: object } };
  const object = JSON.stringify({ ...body.data.object, customer: '$customer' }).slice(0, -1);
  const text = `${object}${more === undefined ? '' : `,${more}`}}`.replace('"$customer"', () => customer);
  return JSON.stringify({ ...body, data: { object: '$object' } }).replace('"$object"', () => text);
}

function withId(id: string): string {
  const body = { ...sampleBody('stripe', 'payment_intent.succeeded'), id: '$id' };
  return JSON.stringify(body).replace('"$id"', () => id);
}

function deliveryOf(body: string): TestDelivery {
  const secret = service.secret('STRIPE_WEBHOOK_SECRET');
  const signature = Stripe.webhooks.generateTestHeaderString({ payload: body, secret });
  return { provider: 'stripe', headers: { 'stripe-signature': signature }, body };
}

async function settled(body: string): Promise<EventView> {
  const reply = await send(service, deliveryOf(body));
  expect(reply.status).toBe(202);
  const { id } = (await reply.json()) as { id: string };
  return service.settled(id);
}

function objectOf({ payload }: EventView): Record<string, unknown> {
  return (payload as { data: { object: Record<string, unknown> } }).data.object;
}

/** What the workflow has kept of a payment. */
async function kept(key: string | null): Promise<Record<string, unknown> | undefined> {
  const { rows } = await backends.pool.query<{ data: Record<string, unknown> }>(
    'SELECT data FROM entities WHERE key = $1',
    [key],
  );
  return rows[0]?.data;
}
