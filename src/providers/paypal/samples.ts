import { randomUUID } from 'node:crypto';
import type { Sample } from '../../model/index.js';
import type {
  PaypalCapture,
  PaypalEventType,
  PaypalMoney,
  PaypalPayload,
  PaypalRefund,
} from './event-types.js';

const API = 'https://api.sandbox.paypal.com';

export const samples: readonly Sample[] = [
  {
    type: 'PAYMENT.CAPTURE.COMPLETED',
    body: () => event('PAYMENT.CAPTURE.COMPLETED', 'capture', 'Payment completed for $ 42.0 USD', capture()),
  },
  {
    type: 'PAYMENT.CAPTURE.REFUNDED',
    body: () =>
      event('PAYMENT.CAPTURE.REFUNDED', 'refund', 'A $ 42.0 USD capture payment was refunded', refund()),
  },
];

function event<Type extends PaypalEventType>(
  type: Type,
  resourceType: string,
  summary: string,
  resource: PaypalPayload<Type>['resource'],
): Record<string, unknown> {
  const id = `WH-${freshId()}-${freshId()}`;
  const url = `${API}/v1/notifications/webhooks-events/${id}`;
  const payload: PaypalPayload<Type> = {
    id,
    event_version: '1.0',
    create_time: new Date().toISOString(),
    resource_type: resourceType,
    resource_version: '2.0',
    event_type: type,
    summary,
    resource,
    links: [
      { href: url, rel: 'self', method: 'GET' },
      { href: `${url}/resend`, rel: 'resend', method: 'POST' },
    ],
  };
  return { ...payload };
}

function capture(): PaypalCapture {
  const id = freshId();
  const order = freshId();
  const url = `${API}/v2/payments/captures/${id}`;
  return {
    id,
    status: 'COMPLETED',
    amount: dollars('42.00'),
    final_capture: true,
    custom_id: 'order-1042',
    invoice_id: `INV-${id}`,
    payee: { email_address: 'shop@example.com', merchant_id: 'X5XAHHCG636FA' },
    seller_protection: {
      status: 'ELIGIBLE',
      dispute_categories: ['ITEM_NOT_RECEIVED', 'UNAUTHORIZED_TRANSACTION'],
    },
    seller_receivable_breakdown: {
      gross_amount: dollars('42.00'),
      paypal_fee: dollars('1.95'),
      net_amount: dollars('40.05'),
    },
    supplementary_data: { related_ids: { order_id: order } },
    create_time: secondsNow(),
    update_time: secondsNow(),
    links: [
      { href: url, rel: 'self', method: 'GET' },
      { href: `${url}/refund`, rel: 'refund', method: 'POST' },
      { href: `${API}/v2/checkout/orders/${order}`, rel: 'up', method: 'GET' },
    ],
  };
}

function refund(): PaypalRefund {
  const id = freshId();
  return {
    id,
    status: 'COMPLETED',
    amount: dollars('42.00'),
    custom_id: 'order-1042',
    invoice_id: `INV-${id}`,
    seller_payable_breakdown: {
      gross_amount: dollars('42.00'),
      paypal_fee: dollars('0.00'),
      net_amount: dollars('42.00'),
      total_refunded_amount: dollars('42.00'),
    },
    create_time: secondsNow(),
    update_time: secondsNow(),
    links: [
      { href: `${API}/v2/payments/refunds/${id}`, rel: 'self', method: 'GET' },
      { href: `${API}/v2/payments/captures/${freshId()}`, rel: 'up', method: 'GET' },
    ],
  };
}

function dollars(value: string): PaypalMoney {
  return { currency_code: 'USD', value };
}

/** Seventeen capitals and digits, as PayPal's ids have. */
function freshId(): string {
  return randomUUID().replaceAll('-', '').slice(0, 17).toUpperCase();
}

/** Resources have their times in whole seconds, events in milliseconds. */
function secondsNow(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
