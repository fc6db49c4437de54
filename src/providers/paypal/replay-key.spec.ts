import { createHash } from 'node:crypto';
import { deliveryOf } from '../settings.fixture.js';
import { paypalReplayKey } from './replay-key.js';

const BODY = Buffer.from('{"id":"WH-1"}');

const keyOf = (algorithm: string, body = BODY) =>
  paypalReplayKey(
    deliveryOf({ 'paypal-auth-algo': algorithm, 'paypal-transmission-id': '103e3700-8b0c' }, body),
  );

describe("PayPal's replay key", () => {
  it('is the transmission id, good for one body', () => {
    expect(keyOf('SHA256withRSA')).toEqual({
      key: '103e3700-8b0c',
      claim: createHash('sha256').update(BODY).digest('hex'),
      otherwise: 'refused',
    });
    expect(keyOf('SHA256withRSA', Buffer.from('{"id":"WH-1"} '))?.claim).not.toBe(
      keyOf('SHA256withRSA')?.claim,
    );
  });

  it('is none where a relay has signed the whole body', () => {
    expect(keyOf('HMAC-SHA256')).toBeUndefined();
  });
});
