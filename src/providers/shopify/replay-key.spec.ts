import type { Envelope } from '../../model/index.js';
import { deliveryOf } from '../settings.fixture.js';
import { shopify } from './index.js';

const envelope: Envelope = {
  account: 'super-toys.myshopify.com',
  deliveryKey: 'one',
  type: 'orders/create',
  entity: null,
  occurredAt: null,
};

const keyOf = (other: Partial<Envelope> = {}, body = '{"id":1}') =>
  shopify.replayKey?.(deliveryOf({}, Buffer.from(body)), { ...envelope, ...other });

describe("Shopify's replay key", () => {
  it('is the same for a retry', () => {
    expect(keyOf()).toEqual(keyOf());
    expect(keyOf()).toMatchObject({ claim: 'super-toys.myshopify.com/one', otherwise: 'suspected' });
  });

  it.each<Partial<Envelope>>([{ deliveryKey: 'two' }, { account: 'other.myshopify.com' }])(
    'is claimed by somebody else with %j',
    (other) => {
      expect(keyOf(other)?.key).toBe(keyOf()?.key);
      expect(keyOf(other)?.claim).not.toBe(keyOf()?.claim);
    },
  );

  it('is another one for another topic with the same body, and for another body', () => {
    expect(keyOf({ type: 'orders/paid' })?.key).not.toBe(keyOf()?.key);
    expect(keyOf({}, '{"id":1} ')?.key).not.toBe(keyOf()?.key);
  });
});
