import type { EventPattern } from '../../model/index.js';
import { withEnvelopeCheck } from '../envelope-check.js';
import { paypal, type PaypalCapture, type PaypalEvent } from './index.js';

const message = {
  id: 'WH-58D329510W468432D-8HN650336L201105X',
  event_type: 'PAYMENT.CAPTURE.COMPLETED',
  create_time: '2026-03-01T12:00:00.000Z',
  resource_type: 'capture',
  resource: { id: '27M47624FP291604U' },
};

const { readEnvelope } = withEnvelopeCheck(paypal);
const read = (payload: unknown) => readEnvelope(payload, {});

describe("PayPal's envelope", () => {
  it('reads an event', () => {
    expect(read(message)).toEqual({
      outcome: 'read',
      envelope: {
        account: '',
        deliveryKey: 'WH-58D329510W468432D-8HN650336L201105X',
        type: 'PAYMENT.CAPTURE.COMPLETED',
        entity: '27M47624FP291604U',
        occurredAt: new Date('2026-03-01T12:00:00Z'),
      },
    });
  });

  it('needs neither the type of the resource nor its id', () => {
    expect(read({ ...message, resource_type: undefined, resource: {} })).toMatchObject({
      outcome: 'read',
      envelope: { entity: null },
    });
    expect(read({ ...message, resource: { id: 7 } })).toMatchObject({ envelope: { entity: null } });
  });

  it.each([
    ['/id', { ...message, id: undefined }],
    ['/id', { ...message, id: '' }],
    ['/id', { ...message, id: 'WH-\u0000' }],
    ['/id', { ...message, id: 'x'.repeat(256) }],
    ['/event_type', { ...message, event_type: 7 }],
    ['/event_type', { ...message, event_type: 'a b' }],
    ['/create_time', { ...message, create_time: 'yesterday' }],
    ['/create_time', { ...message, create_time: 1772366400 }],
    ['/resource', { ...message, resource: null }],
    ['/resource', { ...message, resource: [] }],
    ['/resource_type', { ...message, resource_type: {} }],
  ])('names %s as the fault', (path, payload) => {
    expect(read(payload)).toEqual({
      outcome: 'invalid',
      faults: [{ path, message: expect.stringMatching(/must/) as string }],
    });
  });
});

describe('paypal.event', () => {
  it('is typed', () => {
    const pattern: EventPattern<PaypalEvent<'PAYMENT.CAPTURE.COMPLETED', PaypalCapture>> =
      paypal.event('PAYMENT.CAPTURE.COMPLETED');
    expect(pattern).toEqual({ provider: 'paypal', type: 'PAYMENT.CAPTURE.COMPLETED' });
  });
});
