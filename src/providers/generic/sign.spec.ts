import { ADDRESS, deliveryOf, NOON, offline, readFrom, unsigned } from '../settings.fixture.js';
import { ACME, acmeBy } from './generic.fixture.js';

const read = readFrom({ ACME_WEBHOOK_SECRET: 'one,two' });

describe('a sample by definition', () => {
  it('has fresh values in the places for them', () => {
    const { samples } = acmeBy({
      ...ACME,
      samples: {
        push: {
          id: 'evt_{uuid}',
          list: [{ hex: '{hex}', number: '{number}', text: 'n {number}' }],
          at: ['{now}', '{now:s}', '{now:ms}'],
          kept: ['{other}', '{', '{}', 1, null, true],
        },
      },
    });
    const [push] = samples;
    expect(push?.type).toBe('push');
    expect(push?.body()).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-f-]{36}$/) as string,
      list: [
        {
          hex: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
          number: expect.any(Number) as number,
          text: expect.stringMatching(/^n \d+$/) as string,
        },
      ],
      at: [
        expect.stringMatching(/^\d{4}-.*Z$/) as string,
        expect.any(Number) as number,
        expect.any(Number) as number,
      ],
      kept: ['{other}', '{', '{}', 1, null, true],
    });
    expect(push?.body()).not.toEqual(push?.body());
  });

  it('is signed with the first secret, and has in its headers what is read from them', async () => {
    const provider = acmeBy({
      ...ACME,
      event: { id: 'header:X-Acme-Id', type: 'header:X-Acme-Topic' },
      signature: { ...ACME.signature, signed: '{id}.{timestamp}.{body}' },
      samples: { 'order.created': { order: 1 } },
    });
    const { headers, body } = provider.sign(unsigned(provider), read, NOON, ADDRESS)!;
    expect(headers).toMatchObject({
      'x-acme-topic': 'order.created',
      'x-acme-timestamp': String(NOON / 1000),
    });
    const delivery = deliveryOf(headers, body);
    expect(await provider.verifier(read, offline).verify(delivery)).toEqual({
      outcome: 'verified',
      secretLabel: '1',
    });
    expect(provider.readEnvelope({ order: 1 }, delivery.headers)).toMatchObject({
      envelope: { type: 'order.created', deliveryKey: headers['x-acme-id'] },
    });
  });

  it('of a batched provider is an array with one event', () => {
    const provider = acmeBy({ ...ACME, batched: true, samples: { push: { id: 1 } } });
    const { body } = provider.sign(unsigned(provider), read, NOON, ADDRESS)!;
    expect(JSON.parse(body.toString())).toEqual([{ id: 1 }]);
  });
});
