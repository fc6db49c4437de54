import type { Sample } from '../../model/index.js';
import { freshName } from '../sample-ids.js';

export const samples: readonly Sample[] = [
  { type: 'transaction.completed', body: () => event('transaction.completed', transaction()) },
  { type: 'subscription.canceled', body: () => event('subscription.canceled', subscription()) },
];

function event(type: string, data: Record<string, unknown>): Record<string, unknown> {
  return {
    event_id: freshName('evt_'),
    event_type: type,
    occurred_at: now(),
    notification_id: freshName('ntf_'),
    data,
  };
}

function transaction(): Record<string, unknown> {
  return {
    id: freshName('txn_'),
    status: 'completed',
    customer_id: freshName('ctm_'),
    address_id: freshName('add_'),
    business_id: null,
    custom_data: { order_id: '1042' },
    currency_code: 'EUR',
    origin: 'web',
    subscription_id: null,
    invoice_id: freshName('inv_'),
    invoice_number: '123-45678',
    collection_mode: 'automatic',
    discount_id: null,
    billing_details: null,
    billing_period: null,
    items: [{ price_id: freshName('pri_'), quantity: 1, proration: null }],
    payments: [
      { payment_attempt_id: freshName('pay_'), amount: '4200', status: 'captured', captured_at: now() },
    ],
    checkout: null,
    created_at: now(),
    updated_at: now(),
    billed_at: now(),
  };
}

function subscription(): Record<string, unknown> {
  return {
    id: freshName('sub_'),
    status: 'canceled',
    customer_id: freshName('ctm_'),
    address_id: freshName('add_'),
    business_id: null,
    currency_code: 'EUR',
    created_at: now(),
    updated_at: now(),
    started_at: now(),
    canceled_at: now(),
    collection_mode: 'automatic',
    billing_cycle: { interval: 'month', frequency: 1 },
    current_billing_period: null,
    scheduled_change: null,
    items: [],
    custom_data: null,
  };
}

function now(): string {
  return new Date().toISOString();
}
