import { delivered } from '../settings.fixture.js';
import { ACME, acmeBy } from './generic.fixture.js';

const event = {
  id: ['/id', 'header:X-Id'],
  type: '/type',
  account: '/shop',
  entity: '/order/id',
  occurredAt: '/at',
};

function read(payload: unknown, headers = {}, unit: 's' | 'ms' = 's') {
  return acmeBy({ ...ACME, event: { ...event, occurredAtUnit: unit } }).readEnvelope(payload, headers);
}

describe('an event by definition', () => {
  it('is read from where the definition says', () => {
    const payload = {
      id: 7,
      type: 'order.created',
      shop: 12,
      order: { id: 'o-1' },
      at: '2026-03-01T12:00:00Z',
    };
    expect(read(payload)).toEqual({
      outcome: 'read',
      envelope: {
        account: '12',
        deliveryKey: '7',
        type: 'order.created',
        entity: 'o-1',
        occurredAt: new Date('2026-03-01T12:00:00Z'),
      },
    });
  });

  it('needs an id and a type alone: nothing else costs an event', () => {
    const bare = { outcome: 'read', envelope: { account: '', entity: null, occurredAt: null } };
    expect(read({ id: 'a', type: 'b' })).toMatchObject(bare);
    expect(read({ id: 'a', type: 'b', shop: {}, order: [], at: 'yesterday' })).toMatchObject(bare);
    expect(read({ id: 'a', type: 'b', shop: 'x'.repeat(256), order: { id: 'a\0' }, at: -1 })).toMatchObject(
      bare,
    );
  });

  it.each([
    [1_772_366_400, 's', '2026-03-01T12:00:00.000Z'],
    ['1772366400', 's', '2026-03-01T12:00:00.000Z'],
    [1_772_366_400_123, 'ms', '2026-03-01T12:00:00.123Z'],
    ['2026-03-01T13:00:00+01:00', 'ms', '2026-03-01T12:00:00.000Z'],
  ] as const)('has the time %j in %s', (at, unit, moment) => {
    expect(read({ id: 'a', type: 'b', at }, {}, unit)).toMatchObject({
      envelope: { occurredAt: new Date(moment) },
    });
  });

  it.each([1_772_366_400_123_456, 9e14, 1.5, '1e9', null])('has no time of %j', (at) => {
    expect(read({ id: 'a', type: 'b', at })).toMatchObject({ envelope: { occurredAt: null } });
  });

  it('names all faults, and none of the values', () => {
    const reading = read({ id: ['SECRET'], type: 'SECRET'.repeat(100) });
    expect(reading).toEqual({
      outcome: 'invalid',
      faults: [
        {
          path: '/id',
          message:
            'is missing: must be a text of up to 255 characters or a whole number, or there must be X-Id',
        },
        { path: '/type', message: 'must be a text of up to 255 characters or a whole number' },
      ],
    });
  });

  it('may have its id in a header', () => {
    expect(read({ type: 'b' }, delivered({ 'x-id': 'abc' }))).toMatchObject({
      envelope: { deliveryKey: 'abc' },
    });
    expect(read({ type: 'b' }, delivered({ 'x-id': ['abc', 'abc'] }))).toMatchObject({ outcome: 'invalid' });
  });
});
