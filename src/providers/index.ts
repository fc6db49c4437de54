/**
 * Everything that is known about the providers. A new one is a folder beside this file and a line in the
 * list; the contract suite then runs its samples through everything it says.
 */

import type { Provider } from '../model/index.js';
import { github } from './github/index.js';
import { paypal } from './paypal/index.js';
import { stripe } from './stripe/index.js';

export { withEnvelopeCheck } from './envelope-check.js';
export { github, type GithubEventType, type GithubPayload } from './github/index.js';
export {
  paypal,
  type PaypalCapture,
  type PaypalEvent,
  type PaypalEventType,
  type PaypalMoney,
  type PaypalPayload,
  type PaypalRefund,
} from './paypal/index.js';
export { stripe, type StripeEventType, type StripePayload } from './stripe/index.js';

export const providers: readonly Provider[] = [stripe, paypal, github];
