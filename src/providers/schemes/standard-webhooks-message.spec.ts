import { delivered } from '../settings.fixture.js';
import { readStandardMessage } from './standard-webhooks-message.js';

const scheme = { prefixes: ['svix', 'webhook'], setting: 'SOME_SECRET' } as const;

function headers(id: string, prefix = 'webhook') {
  return delivered({ [`${prefix}-id`]: id, [`${prefix}-timestamp`]: '1', [`${prefix}-signature`]: 'v1,' });
}

const read = (payload: unknown, given = headers('msg_1')) => readStandardMessage(payload, given, scheme);

describe('a message of Standard Webhooks', () => {
  it('is read as the specification has it', () => {
    const payload = { type: 'user.created', timestamp: '2026-03-01T12:00:00Z', data: { id: 'user_1' } };
    expect(read(payload)).toEqual({
      outcome: 'read',
      envelope: {
        account: '',
        deliveryKey: 'msg_1',
        type: 'user.created',
        entity: 'user_1',
        occurredAt: new Date('2026-03-01T12:00:00Z'),
      },
    });
  });

  it.each([
    [{ event_type: 'a.b' }, 'a.b'],
    [{ eventType: 'a.b' }, 'a.b'],
    [{ event: 'a.b' }, 'a.b'],
    [{ type: 7, event: 'a.b' }, 'a.b'],
    [{ type: 'not a type', event: { type: 'a.b' } }, 'untyped'],
    [{ type: 'x'.repeat(256) }, 'untyped'],
    [{}, 'untyped'],
  ])('has the type of %j', (payload, type) => {
    expect(read(payload)).toMatchObject({ outcome: 'read', envelope: { type } });
  });

  it.each([
    [{ data: { object: { id: 'in_1' } } }, 'in_1'],
    [{ data: { id: 7 } }, null],
    [{ data: null }, null],
  ])('is about what %j says', (payload, entity) => {
    expect(read(payload)).toMatchObject({ outcome: 'read', envelope: { entity } });
  });

  it('has the id that was signed', () => {
    const mixed = { ...headers('msg_2', 'svix'), 'webhook-id': ['msg_1'] };
    expect(read({}, mixed)).toMatchObject({ envelope: { deliveryKey: 'msg_2' } });
    const both = { ...headers('msg_1'), ...headers('msg_2', 'svix') };
    expect(read({}, both)).toMatchObject({ envelope: { deliveryKey: 'msg_2' } });
  });

  it.each([
    ['Svix-Id', {}],
    ['Webhook-Id', headers('a b')],
    ['Svix-Id', headers('', 'svix')],
    ['Webhook-Id', { ...headers('msg_1'), 'webhook-id': ['msg_1', 'msg_1'] }],
  ])('names the header %s as the fault', (path, faulty) => {
    expect(read({ type: 'a' }, faulty)).toEqual({
      outcome: 'invalid',
      faults: [{ path, message: expect.stringMatching(/must be sent once/) as string }],
    });
  });
});
