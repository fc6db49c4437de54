import { delivered } from '../settings.fixture.js';
import { shopify } from './index.js';

const ID = 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043';

const webhook = {
  'x-shopify-hmac-sha256': 'x',
  'x-shopify-shop-domain': 'Super-Toys.myshopify.com',
  'x-shopify-topic': 'orders/create',
  'x-shopify-triggered-at': '2026-03-01T12:00:00.877041743Z',
  'x-shopify-webhook-id': ID,
};

const event = {
  'shopify-hmac-sha256': 'x',
  'shopify-shop-domain': 'super-toys.myshopify.com',
  'shopify-topic': 'Product',
  'shopify-action': 'update',
  'shopify-triggered-at': '2026-03-01T12:00:00Z',
  'shopify-webhook-id': ID,
};

const read = (payload: unknown, headers: Record<string, string | readonly string[]> = webhook) =>
  shopify.readEnvelope(payload, delivered(headers));

describe("Shopify's envelope", () => {
  it('reads a webhook', () => {
    expect(read({ id: 1, admin_graphql_api_id: 'gid://shopify/Order/820982911946154508' })).toEqual({
      outcome: 'read',
      envelope: {
        account: 'super-toys.myshopify.com',
        deliveryKey: ID,
        type: 'orders/create',
        entity: 'gid://shopify/Order/820982911946154508',
        occurredAt: new Date('2026-03-01T12:00:00.877Z'),
      },
    });
  });

  const updated = {
    topic: 'Product',
    action: 'update',
    handle: 'product_update_events',
    query_variables: { productId: 'gid://shopify/Product/788032119674292922' },
  };

  it.each([
    ['alone', event],
    ["beside those of webhooks'", { ...webhook, ...event, 'x-shopify-topic': 'Product' }],
  ])('reads one of the newer Events by its own headers, %s', (_, headers) => {
    expect(read(updated, headers)).toEqual({
      outcome: 'read',
      envelope: {
        account: 'super-toys.myshopify.com',
        deliveryKey: ID,
        type: 'Product.update',
        entity: 'gid://shopify/Product/788032119674292922',
        occurredAt: new Date('2026-03-01T12:00:00Z'),
      },
    });
  });

  it.each([
    [{ id: 548380009 }, '548380009'],
    [{ id: 'gid://shopify/Cart/1' }, 'gid://shopify/Cart/1'],
    // Such a number has lost its last digits already.
    [JSON.parse('{"id":820982911946154508}'), null],
    [{}, null],
  ])('is about what %j says', (payload, entity) => {
    expect(read(payload)).toMatchObject({ outcome: 'read', envelope: { entity } });
  });

  it.each([[[]], ['yesterday'], [['2026-03-01T12:00:00Z', '2026-03-01T12:00:00Z']]])(
    'does without a time when it is %j',
    (time) => {
      const headers = { ...webhook, 'x-shopify-triggered-at': time };
      expect(read({}, headers)).toMatchObject({ outcome: 'read', envelope: { occurredAt: null } });
    },
  );

  it.each([
    ['X-Shopify-Shop-Domain', { 'x-shopify-shop-domain': 'a shop' }],
    ['X-Shopify-Shop-Domain', { 'x-shopify-shop-domain': [] }],
    ['X-Shopify-Webhook-Id', { 'x-shopify-webhook-id': '' }],
    ['X-Shopify-Webhook-Id', { 'x-shopify-webhook-id': [ID, ID] }],
    ['X-Shopify-Topic', { 'x-shopify-topic': 'orders create' }],
  ])('names the header %s as the fault', (path, wrong) => {
    expect(read({}, { ...webhook, ...wrong })).toEqual({
      outcome: 'invalid',
      faults: [{ path, message: expect.stringMatching(/must be sent once/) as string }],
    });
  });

  it.each(['/topic', '/action'])('names %s as the fault of an Event without it', (path) => {
    const payload = { ...updated, [path.slice(1)]: undefined };
    expect(read(payload, event)).toMatchObject({ outcome: 'invalid', faults: [{ path }] });
  });
});
