import type { EventPattern } from '../../model/index.js';
import { withEnvelopeCheck } from '../envelope-check.js';
import { paddle, type PaddlePayload } from './index.js';

const completed = {
  event_id: 'evt_01hv8wptq8987qeep44cyrewp9',
  event_type: 'transaction.completed',
  occurred_at: '2026-03-01T12:00:00.018601Z',
  notification_id: 'ntf_01hv8wptvvd34qvjvq0q8s3sf6',
  data: { id: 'txn_01hv8wptq8987qeep44cyrewp9' },
};

const { readEnvelope } = withEnvelopeCheck(paddle);
const read = (payload: unknown) => readEnvelope(payload, {});

describe("Paddle's envelope", () => {
  it('reads an event', () => {
    expect(read(completed)).toEqual({
      outcome: 'read',
      envelope: {
        account: '',
        deliveryKey: 'evt_01hv8wptq8987qeep44cyrewp9',
        type: 'transaction.completed',
        entity: 'txn_01hv8wptq8987qeep44cyrewp9',
        occurredAt: new Date('2026-03-01T12:00:00.018Z'),
      },
    });
  });

  it('is the same event at every destination', () => {
    const elsewhere = { ...completed, notification_id: 'ntf_2' };
    expect(read(elsewhere)).toEqual(read(completed));
  });

  it.each([
    ['/event_id', { event_id: 7 }],
    ['/event_id', { event_id: 'x'.repeat(256) }],
    ['/event_type', { event_type: undefined }],
    ['/occurred_at', { occurred_at: '2026-03-01' }],
    ['/data', { data: [] }],
  ])('names %s as the fault of %j', (path, wrong) => {
    expect(read({ ...completed, ...wrong })).toMatchObject({ outcome: 'invalid', faults: [{ path }] });
  });
});

describe('paddle', () => {
  it('is answered with 200, since any other status is a failure to it', () => {
    expect(paddle.replies).toEqual({ accepted: 200 });
  });

  it('has typed events', () => {
    const currency = (payload: PaddlePayload<'transaction.completed'>): string => payload.data.currency_code;
    const end = (payload: PaddlePayload<'subscription.canceled'>) => payload.data.canceled_at;
    const completed: EventPattern<PaddlePayload<'transaction.completed'>> =
      paddle.event('transaction.completed');
    expect([currency, end, completed]).toHaveLength(3);
    // @ts-expect-error there is no such type
    expect(paddle.event('transaction.exploded').provider).toBe('paddle');
  });
});
