import { choice, secret, secrets, text, type Setting } from '../../model/index.js';

const webhookIdText = text({
  name: 'PAYPAL_WEBHOOK_ID',
  description:
    'Id of the PayPal webhook (developer dashboard, the app, Webhooks), such as 8PT597110X687430LKGECATA.\n' +
    'PayPal signs it into every message. Empty: messages signed by PayPal are answered with 503.',
});

/**
 * The simulator of PayPal's dashboard signs with the literal `WEBHOOK_ID`: a placeholder left in place would
 * let in everyone who can use the simulator.
 *
 * @see https://developer.paypal.com/api/rest/webhooks/simulator/
 */
export const webhookId: Setting<string> = {
  ...webhookIdText,
  parse(value) {
    const id = value.trim();
    if (id.toUpperCase() === 'WEBHOOK_ID') {
      return {
        ok: false,
        fault: 'must be the id of your webhook, not the placeholder that the simulator signs with',
      };
    }
    return /^[A-Za-z0-9-]{0,64}$/.test(id)
      ? { ok: true, value: id }
      : { ok: false, fault: 'must be letters, digits and hyphens, or empty' };
  },
};

export type PaypalEnvironment = 'live' | 'sandbox';

/** `live` unless told otherwise: a forgotten setting must not take play money for real. */
export const environment: Setting<PaypalEnvironment> = choice({
  name: 'PAYPAL_ENV',
  description:
    'Which PayPal sends: "live" or "sandbox". Messages of the other one are refused, so that no sandbox\n' +
    'payment can pass for a real one.',
  choices: ['live', 'sandbox'],
  fallback: 'live',
});

/** How a message that PayPal has signed is verified. */
export type PaypalVerification = 'certificate' | 'postback';

export const verification: Setting<PaypalVerification> = choice({
  name: 'PAYPAL_VERIFY',
  description:
    'How messages that PayPal has signed are verified: "certificate" here, with PayPal\'s certificate, or "postback",\n' +
    'by asking PayPal about each of them, with the two settings below.',
  choices: ['certificate', 'postback'],
  fallback: 'certificate',
});

export const clientId = secret({
  name: 'PAYPAL_CLIENT_ID',
  description: 'Client id of the PayPal app (developer dashboard, Apps & Credentials). For "postback" only.',
});

export const clientSecret = secret({
  name: 'PAYPAL_CLIENT_SECRET',
  description: 'Secret of the same app. For "postback" only.',
});

export const relaySecret = secrets({
  name: 'PAYPAL_WEBHOOK_SECRET',
  description:
    'Secret for PayPal events that a relay or simulator of yours signs with HMAC-SHA256 instead of\n' +
    "PayPal's certificate. Several, separated by commas, are all accepted. Empty turns it off.",
  generated: true,
});
