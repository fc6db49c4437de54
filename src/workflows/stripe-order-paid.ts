import { email, http, persist } from '../act/index.js';
import { defineWorkflow, undoBy } from '../model/index.js';
import { stripe, type StripePayload } from '../providers/index.js';

type Payment = StripePayload<'payment_intent.succeeded'>['data']['object'];

const on = stripe.event('payment_intent.succeeded');

/** The name in `HTTP_TARGETS` of the shop's own service. Without it no order is fulfilled here. */
const SHOP = 'shop';

/**
 * An order was paid: reserve its goods, send them, tell the buyer. If the shop cannot send them, the goods are
 * released and the money goes back: a saga, whose steps say how they are undone. Once the goods are on their way
 * there is no way back: an e-mail that cannot be sent costs nobody the order.
 */
export const stripeOrderPaid = defineWorkflow({
  name: 'stripe-order-paid',
  version: 1,
  on,
  targets: [SHOP],
  steps: [
    {
      name: 'keep-order',
      action: persist,
      input: ({ payload }) => {
        const { id, amount_received, currency } = payload.data.object;
        const data = { status: 'paid', payment: id, amount: amount_received, currency };
        return { kind: 'order', key: orderOf(payload.data.object), data };
      },
      compensation: undoBy(on, http, ({ payload }) => {
        const { id, amount_received, currency } = payload.data.object;
        return { target: SHOP, path: '/refunds', body: { payment: id, amount: amount_received, currency } };
      }),
    },
    {
      name: 'reserve-stock',
      action: http,
      input: ({ payload }) => ({
        target: SHOP,
        path: '/reservations',
        body: { order: orderOf(payload.data.object) },
      }),
      compensation: undoBy(on, http, ({ payload }, outputs) => ({
        target: SHOP,
        path: '/reservations/release',
        body: { order: orderOf(payload.data.object), reservation: outputs['reserve-stock'] },
      })),
    },
    {
      name: 'create-shipment',
      action: http,
      input: ({ payload }, outputs) => ({
        target: SHOP,
        path: '/shipments',
        body: { order: orderOf(payload.data.object), reservation: outputs['reserve-stock'] },
      }),
      pivot: true,
      // Only where the shop has not said whether it sends them.
      compensation: undoBy(on, http, ({ payload }) => ({
        target: SHOP,
        path: '/shipments/cancel',
        body: { order: orderOf(payload.data.object) },
      })),
    },
    {
      name: 'send-confirmation',
      action: email,
      input: ({ payload }) => {
        const order = orderOf(payload.data.object);
        return {
          to: payload.data.object.receipt_email,
          subject: `Your order ${order} is on its way`,
          text: `We have handed your order ${order} over to the carrier.\n`,
        };
      },
    },
  ],
});

/** The shop writes its number into the payment's metadata; without one the payment stands for the order. */
function orderOf({ id, metadata }: Payment): string {
  return metadata['order_id'] ?? id;
}
