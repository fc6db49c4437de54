import { email, persist } from '../act/index.js';
import { defineWorkflow } from '../model/index.js';
import { paypal } from '../providers/index.js';

/** A payment was captured: keep it, and tell the payee. PayPal does not send the payer's address. */
export const paypalCaptureCompleted = defineWorkflow({
  name: 'paypal-capture-completed',
  version: 1,
  on: paypal.event('PAYMENT.CAPTURE.COMPLETED'),
  steps: [
    {
      name: 'keep-capture',
      action: persist,
      input: ({ payload }) => {
        const { id, amount, status, invoice_id, custom_id } = payload.resource;
        return { kind: 'capture', key: id, data: { amount, status, invoice_id, custom_id } };
      },
    },
    {
      name: 'send-notice',
      action: email,
      input: ({ payload }) => {
        const { id, amount, payee } = payload.resource;
        const sum = `${amount.value} ${amount.currency_code}`;
        return {
          to: payee?.email_address,
          subject: `PayPal payment of ${sum} captured`,
          text: `The capture ${id} over ${sum} is complete.\n`,
        };
      },
    },
  ],
});
