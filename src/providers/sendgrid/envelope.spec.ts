import type { EventPattern } from '../../model/index.js';
import { withEnvelopeCheck } from '../envelope-check.js';
import { sendgrid, type SendgridPayload } from './index.js';

const event = {
  email: 'jenny.rosen@example.com',
  timestamp: 1772366400,
  event: 'delivered',
  sg_event_id: 'ZGVsaXZlcmVkLTAtMTIzNDU2Nzg',
  sg_message_id: '14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0',
};

const { readEnvelope } = withEnvelopeCheck(sendgrid);
const read = (payload: unknown) => readEnvelope(payload, {});

function keyOf(payload: unknown): string {
  const reading = read(payload);
  if (reading.outcome !== 'read') throw new Error('must be read');
  return reading.envelope.deliveryKey;
}

describe("SendGrid's envelope", () => {
  it('reads an event of a batch', () => {
    expect(sendgrid.batched).toBe(true);
    expect(read(event)).toEqual({
      outcome: 'read',
      envelope: {
        account: '',
        deliveryKey: 'ZGVsaXZlcmVkLTAtMTIzNDU2Nzg',
        type: 'delivered',
        entity: '14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0',
        occurredAt: new Date('2026-03-01T12:00:00Z'),
      },
    });
  });

  it.each([
    [{ ...event, sg_message_id: undefined }, 'jenny.rosen@example.com'],
    [{ ...event, sg_message_id: undefined, email: undefined }, null],
    [{ ...event, sg_message_id: 7, email: 7 }, null],
  ])('knows what an event is about: %j', (payload, entity) => {
    expect(read(payload)).toMatchObject({ envelope: { entity } });
  });

  it.each(['BPwAZzIeTHudLdLKSRTEuA==', 'a+b/c', 'x'.repeat(100)])('keeps the id %.30s', (id) => {
    expect(keyOf({ ...event, sg_event_id: id })).toBe(id);
  });

  it.each([undefined, null, 7, '', 'a b', 'größe', 'a\u0000', 'x'.repeat(256), {}])(
    'derives a key from all that an event says when its id is %.20j',
    (id) => {
      const odd = { ...event, sg_event_id: id };
      expect(keyOf(odd)).toMatch(/^[0-9a-f]{64}$/);
      expect(keyOf({ ...odd })).toBe(keyOf(odd));
      expect(keyOf({ ...odd, timestamp: 1772366401 })).not.toBe(keyOf(odd));
      expect(keyOf({ ...odd, order: '1' })).not.toBe(keyOf(odd));
    },
  );

  it.each([
    ['/event', { ...event, event: undefined }],
    ['/event', { ...event, event: 'a b' }],
    ['/timestamp', { ...event, timestamp: '2026-03-01T12:00:00Z' }],
    ['/timestamp', { ...event, timestamp: undefined }],
    ['', [event]],
  ])('names %s as the fault', (path, payload) => {
    expect(read(payload)).toEqual({
      outcome: 'invalid',
      faults: [{ path, message: expect.stringMatching(/must/) as string }],
    });
  });
});

describe('sendgrid.event', () => {
  it('is typed', () => {
    const pattern: EventPattern<SendgridPayload<'bounce'>> = sendgrid.event('bounce');
    expect(pattern).toEqual({ provider: 'sendgrid', type: 'bounce' });
    const reason = ({ reason: text = '' }: NonNullable<typeof pattern.payload>): string => text;
    expect(reason).toHaveLength(1);
  });
});
