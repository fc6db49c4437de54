import { createHmac } from 'node:crypto';
import { deliveryOf, offline, readFrom } from '../../settings.fixture.js';
import { presets } from '../preset-providers.js';

const square = presets.find(({ name }) => name === 'square')!;
const read = readFrom({ SQUARE_WEBHOOK_SECRET: 'signature key' });
const URL_OF_HOOK = 'https://hooks.example.org/webhooks/square?shop=1';
const BODY = '{"merchant_id":"M1","type":"payment.updated","event_id":"e-1","data":{"id":"pay1"}}';

/** As Square's page tells it. */
const signature = (url: string, body: string) =>
  createHmac('sha256', 'signature key')
    .update(url + body)
    .digest('base64');

const verify = (text: string, url = URL_OF_HOOK) =>
  square
    .verifier(read, offline)
    .verify(deliveryOf({ 'x-square-hmacsha256-signature': text }, Buffer.from(BODY), { url }));

describe("Square's webhooks", () => {
  it('are signed with the URL of the subscription, exactly as it is written there', async () => {
    expect(await verify(signature(URL_OF_HOOK, BODY))).toEqual({ outcome: 'verified', secretLabel: '1' });
    for (const url of [`${URL_OF_HOOK}&a=b`, URL_OF_HOOK.replace('https', 'http'), `${URL_OF_HOOK}/`]) {
      expect(await verify(signature(URL_OF_HOOK, BODY), url)).toMatchObject({ reason: 'signature_mismatch' });
    }
  });

  it("are verified in the example of Square's page", async () => {
    const verifier = square.verifier(readFrom({ SQUARE_WEBHOOK_SECRET: 'asdf1234' }), offline);
    const headers = { 'x-square-hmacsha256-signature': '2kRE5qRU2tR+tBGlDwMEw2avJ7QM4ikPYD/PJ3bd9Og=' };
    const url = 'https://example.com/webhook';
    const delivery = deliveryOf(headers, Buffer.from('{"hello":"world"}'), { url });
    expect(await verifier.verify(delivery)).toEqual({ outcome: 'verified', secretLabel: '1' });
  });

  it('are events of a merchant', () => {
    expect(square.readEnvelope(JSON.parse(BODY), {})).toEqual({
      outcome: 'read',
      envelope: {
        account: 'M1',
        deliveryKey: 'e-1',
        type: 'payment.updated',
        entity: 'pay1',
        occurredAt: null,
      },
    });
  });
});
