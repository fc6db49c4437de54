import { email, persist } from '../act/index.js';
import { defineWorkflow } from '../model/index.js';
import { stripe } from '../providers/index.js';
import { formatMinorUnits } from './money.js';

/** A payment came in: keep it, and thank the payer. */
export const stripePaymentSucceeded = defineWorkflow({
  name: 'stripe-payment-succeeded',
  version: 1,
  on: stripe.event('payment_intent.succeeded'),
  steps: [
    {
      name: 'keep-payment',
      action: persist,
      input: ({ payload }) => {
        const { id, amount_received, currency, status, customer } = payload.data.object;
        return { kind: 'payment', key: id, data: { amount: amount_received, currency, status, customer } };
      },
    },
    {
      name: 'send-receipt',
      action: email,
      input: ({ payload }) => {
        const { id, amount_received, currency, receipt_email } = payload.data.object;
        const amount = formatMinorUnits(amount_received, currency);
        return {
          to: receipt_email,
          subject: `Receipt for your payment of ${amount}`,
          text: `Thank you. We received ${amount}.\n\nPayment reference: ${id}\n`,
        };
      },
    },
  ],
});
