import type { EventPattern } from '../../model/index.js';
import { readFrom } from '../settings.fixture.js';
import { withEnvelopeCheck } from '../envelope-check.js';
import { discord, type DiscordPayload } from './index.js';

const event = {
  type: 'ENTITLEMENT_CREATE',
  timestamp: '2026-03-01T12:00:00.064834',
  data: { id: '1234505980407808808', user_id: '111178765189277770' },
};
const message = { version: 1, application_id: '1234560123453231555', type: 1, event };

const { readEnvelope } = withEnvelopeCheck(discord);
const read = (payload: unknown) => readEnvelope(payload, {});

function keyOf(payload: unknown): string {
  const reading = read(payload);
  if (reading.outcome !== 'read') throw new Error('must be read');
  return reading.envelope.deliveryKey;
}

describe("Discord's envelope", () => {
  it('reads an event', () => {
    expect(read(message)).toEqual({
      outcome: 'read',
      envelope: {
        account: '1234560123453231555',
        deliveryKey: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        type: 'ENTITLEMENT_CREATE',
        entity: '1234505980407808808',
        occurredAt: new Date('2026-03-01T12:00:00.064Z'),
      },
    });
  });

  it('reads a time with a zone as well', () => {
    const reading = read({ ...message, event: { ...event, timestamp: '2026-03-01T13:00:00+01:00' } });
    expect(reading).toMatchObject({ envelope: { occurredAt: new Date('2026-03-01T12:00:00Z') } });
  });

  it.each([
    [{ user: { id: '7' } }, '7'],
    [{ id: '8', user: { id: '7' } }, '8'],
    [{ id: 8 }, null],
    [undefined, null],
  ])('knows what an event is about: %j', (data, entity) => {
    expect(read({ ...message, event: { ...event, data } })).toMatchObject({ envelope: { entity } });
  });

  it.each([
    ['/type', { ...message, type: 2 }],
    ['/type', { ...message, type: '1' }],
    ['/application_id', { ...message, application_id: undefined }],
    ['/application_id', { ...message, application_id: 'app' }],
    ['/event/type', { ...message, event: { ...event, type: '' } }],
    ['/event/type', { ...message, event: { ...event, type: 'a b' } }],
    ['/event/timestamp', { ...message, event: { ...event, timestamp: 1772366400 } }],
    ['/event/timestamp', { ...message, event: { ...event, timestamp: 'yesterday' } }],
  ])('names %s as the fault', (path, payload) => {
    expect(read(payload)).toEqual({
      outcome: 'invalid',
      faults: [{ path, message: expect.stringMatching(/must/) as string }],
    });
  });

  it('says of an interaction that it is none', () => {
    const reading = read({ type: 1, application_id: '1', token: 'x' });
    expect(reading).toMatchObject({
      faults: expect.arrayContaining([{ path: '/event', message: expect.any(String) as string }]) as unknown,
    });
  });
});

describe("the delivery key of Discord's events", () => {
  it('is the same for a retry, however its fields are written', () => {
    const { type, timestamp, data } = event;
    const reordered = {
      event: { data, timestamp, type },
      type: 1,
      version: 2,
      application_id: '1234560123453231555',
    };
    expect(keyOf(reordered)).toBe(keyOf(message));
  });

  it.each([
    ['type', { ...event, type: 'ENTITLEMENT_UPDATE' }],
    ['microsecond', { ...event, timestamp: '2026-03-01T12:00:00.064835' }],
    ['entity', { ...event, data: { ...event.data, id: '2' } }],
    ['field', { ...event, data: { ...event.data, consumed: true } }],
  ])('is another for another %s', (_, other) => {
    expect(keyOf({ ...message, event: other })).not.toBe(keyOf(message));
  });
});

describe("Discord's ping", () => {
  const challenge = (payload: unknown) => discord.challenge!(payload, readFrom({}), '1');

  it('is answered with 204 and nothing', () => {
    expect(challenge({ version: 1, application_id: '1234560123453231555', type: 0 })).toEqual({
      status: 204,
    });
  });

  it.each([message, { type: '0' }, { type: null }, {}, [], null, 0, '0', [{ type: 0 }]])(
    'is not %j',
    (payload) => {
      expect(challenge(payload)).toBeUndefined();
    },
  );
});

describe('discord.event', () => {
  it('is typed', () => {
    const pattern: EventPattern<DiscordPayload<'ENTITLEMENT_CREATE'>> = discord.event('ENTITLEMENT_CREATE');
    expect(pattern).toEqual({ provider: 'discord', type: 'ENTITLEMENT_CREATE' });
    const sku = ({ event: { data } }: NonNullable<typeof pattern.payload>): string => data.sku_id;
    expect(sku).toHaveLength(1);
  });

  it('has the replies that Discord demands', () => {
    expect(discord.replies).toEqual({ accepted: 204, refused: 401 });
  });
});
