import type { Definition } from '../definition.js';

/**
 * Square signs the notification URL, exactly as its subscription has it, and the body.
 *
 * @see https://developer.squareup.com/docs/webhooks/step3validate
 */
export const square: Definition = {
  documentation: 'https://developer.squareup.com/docs/webhooks/step3validate',
  secretFrom:
    'Signature key of the Square webhook subscription (Developer Console, Webhooks, Subscriptions).',
  signature: {
    header: 'X-Square-HmacSha256-Signature',
    algorithm: 'hmac-sha256',
    encoding: 'base64',
    signed: '{url}{body}',
  },
  event: {
    id: '/event_id',
    type: '/type',
    account: '/merchant_id',
    entity: '/data/id',
    occurredAt: '/created_at',
  },
  // An older version of its page says 10 seconds and 72 hours.
  retries: { schedule: 'for up to 24 hours' },
  samples: {
    'payment.updated': {
      merchant_id: '6SSW7HV8K2ST5',
      type: 'payment.updated',
      event_id: '{uuid}',
      created_at: '{now}',
      data: {
        type: 'payment',
        id: 'pay{hex}',
        object: {
          payment: {
            amount_money: { amount: 4200, currency: 'USD' },
            status: 'COMPLETED',
            source_type: 'CARD',
            location_id: 'S8GWD5R9QB376',
            order_id: 'ord{hex}',
            updated_at: '{now}',
          },
        },
      },
    },
  },
};
