import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import type { Sample } from '../../model/index.js';
import type { StripeEventType, StripePayload } from './event-types.js';

/** In test mode, as the Stripe CLI would trigger them. */
export const samples: readonly Sample[] = [
  { type: 'payment_intent.succeeded', body: () => event('payment_intent.succeeded', paymentIntent()) },
  { type: 'charge.refunded', body: () => event('charge.refunded', refundedCharge()) },
];

function event<Type extends StripeEventType>(
  type: Type,
  object: StripePayload<Type>['data']['object'],
): Record<string, unknown> {
  return {
    id: freshId('evt'),
    object: 'event',
    api_version: '2026-10-28.endive',
    created: secondsNow(),
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: freshId('req'), idempotency_key: randomUUID() },
    type,
  } satisfies Omit<Stripe.EventBase, 'data' | 'type'> & { type: Type; data: { object: unknown } };
}

function paymentIntent(): Stripe.PaymentIntent {
  const id = freshId('pi');
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: 4200,
    amount_capturable: 0,
    amount_received: 4200,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: { allow_redirects: 'always', enabled: true },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: `${id}_secret_sample`,
    confirmation_method: 'automatic',
    created: secondsNow(),
    currency: 'eur',
    customer: freshId('cus'),
    customer_account: null,
    description: 'Order 1042',
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: freshId('ch'),
    livemode: false,
    managed_payments: null,
    metadata: { order_id: '1042' },
    next_action: null,
    on_behalf_of: null,
    payment_method: freshId('pm'),
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: 'jenny.rosen@example.com',
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
}

function refundedCharge(): Stripe.Charge {
  return {
    id: freshId('ch'),
    object: 'charge',
    amount: 4200,
    amount_captured: 4200,
    amount_refunded: 4200,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: freshId('txn'),
    billing_details: {
      address: null,
      email: 'jenny.rosen@example.com',
      name: 'Jenny Rosen',
      phone: null,
      tax_id: null,
    },
    calculated_statement_descriptor: 'EXAMPLE SHOP',
    captured: true,
    created: secondsNow(),
    currency: 'eur',
    customer: freshId('cus'),
    description: 'Order 1042',
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    livemode: false,
    metadata: { order_id: '1042' },
    on_behalf_of: null,
    outcome: {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: 'approved_by_network',
      reason: null,
      risk_level: 'normal',
      seller_message: 'Payment complete.',
      type: 'authorized',
    },
    paid: true,
    payment_intent: freshId('pi'),
    payment_method: freshId('pm'),
    payment_method_details: { type: 'card' },
    receipt_email: 'jenny.rosen@example.com',
    receipt_number: null,
    receipt_url: 'https://pay.stripe.com/receipts/sample',
    refunded: true,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
}

function freshId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}

function secondsNow(): number {
  return Math.floor(Date.now() / 1000);
}
