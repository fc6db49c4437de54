import { readFileSync } from 'node:fs';
import type Stripe from 'stripe';
import type { EventPattern } from '../../model/index.js';
import { withEnvelopeCheck } from '../envelope-check.js';
import { stripe } from './index.js';

const snapshot = {
  id: 'evt_1NG8Du2eZvKYlo2CUI79vXWy',
  object: 'event',
  type: 'payment_intent.succeeded',
  created: 1772366400,
  data: { object: { id: 'pi_1' } },
};

const thin = {
  id: 'evt_test_65RM8sQH2oXnebF5Rpc16RJyfa2xSQLHJJh1sxm7H0KI92',
  object: 'v2.core.event',
  type: 'v1.billing.meter.error_report_triggered',
  created: '2026-03-01T12:00:00.000Z',
  related_object: { id: 'mtr_1', type: 'billing.meter', url: '/v1/billing/meters/mtr_1' },
};

/** Of every event that Stripe's SDK knows. */
const types = [
  ...readFileSync('node_modules/stripe/esm/resources/Events.d.ts', 'utf8').matchAll(/^ {4}type: '(.+)';$/gm),
].map(([, type]) => type);

const { readEnvelope } = withEnvelopeCheck(stripe);
const read = (payload: unknown) => readEnvelope(payload, {});

describe("Stripe's envelope", () => {
  it('reads a snapshot event', () => {
    expect(read(snapshot)).toEqual({
      outcome: 'read',
      envelope: {
        account: '',
        deliveryKey: 'evt_1NG8Du2eZvKYlo2CUI79vXWy',
        type: 'payment_intent.succeeded',
        entity: 'pi_1',
        occurredAt: new Date('2026-03-01T12:00:00Z'),
      },
    });
  });

  it('reads every type of event that the SDK knows', () => {
    expect(types).toHaveLength(275);
    for (const type of types) {
      expect(read({ ...snapshot, type })).toMatchObject({ outcome: 'read', envelope: { type } });
    }
  });

  it('reads a thin event', () => {
    expect(read(thin)).toEqual({
      outcome: 'read',
      envelope: {
        account: '',
        deliveryKey: thin.id,
        type: thin.type,
        entity: 'mtr_1',
        occurredAt: new Date('2026-03-01T12:00:00Z'),
      },
    });
    expect(read({ ...thin, related_object: null })).toMatchObject({ envelope: { entity: null } });
    expect(read({ ...thin, type: 'v2.core.account[requirements].updated' })).toMatchObject({
      outcome: 'read',
    });
  });

  it('reads the account of Connect', () => {
    expect(read({ ...snapshot, account: 'acct_1' })).toMatchObject({ envelope: { account: 'acct_1' } });
    expect(read({ ...snapshot, account: null })).toMatchObject({ envelope: { account: '' } });
  });

  it.each([{ id: 7 }, {}, { id: 'x'.repeat(256) }, { id: 'a\u0000' }])(
    'has no entity for the object %.30j',
    (object) => {
      expect(read({ ...snapshot, data: { object } })).toMatchObject({ envelope: { entity: null } });
    },
  );

  it.each([
    ['/id', { ...snapshot, id: undefined }],
    ['/id', { ...snapshot, id: 1 }],
    ['/id', { ...snapshot, id: 'ch_1' }],
    ['/id', { ...snapshot, id: 'evt_' }],
    ['/id', { ...snapshot, id: 'evt_a\u0000' }],
    ['/id', { ...snapshot, id: `evt_${'a'.repeat(252)}` }],
    ['/id', { ...snapshot, id: ['evt_1'] }],
    ['/object', { ...snapshot, object: 'charge' }],
    ['/object', { ...snapshot, object: undefined }],
    ['/type', { ...snapshot, type: '' }],
    ['/type', { ...snapshot, type: 'a b' }],
    ['/type', { ...snapshot, type: 'a'.repeat(256) }],
    ['/account', { ...snapshot, account: 1 }],
    ['/account', { ...snapshot, account: '' }],
    ['/created', { ...snapshot, created: '1772366400' }],
    ['/created', { ...snapshot, created: 1e15 }],
    ['/data', { ...snapshot, data: undefined }],
    ['/data', { ...snapshot, data: [] }],
    ['/data/object', { ...snapshot, data: {} }],
    ['/data/object', { ...snapshot, data: { object: 'pi_1' } }],
    ['/created', { ...thin, created: 1772366400 }],
    ['/id', { ...thin, id: null }],
  ])('names %s as the fault', (path, payload) => {
    expect(read(payload)).toEqual({
      outcome: 'invalid',
      faults: [{ path, message: expect.stringMatching(/must/) as string }],
    });
  });
});

describe('stripe.event', () => {
  it('is typed by the SDK', () => {
    const pattern: EventPattern<Stripe.PaymentIntentSucceededEvent> =
      stripe.event('payment_intent.succeeded');
    const email = (event: NonNullable<typeof pattern.payload>): string | null =>
      event.data.object.receipt_email;
    expect(pattern).toEqual({ provider: 'stripe', type: 'payment_intent.succeeded' });
    expect(email).toBeDefined();
    // @ts-expect-error there is no such type
    expect(stripe.event('payment_intent.exploded').provider).toBe('stripe');
  });
});
