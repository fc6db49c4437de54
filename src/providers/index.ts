/**
 * Everything that is known about the providers. A new one is a folder beside this file and a line in the
 * list, or a preset of the generic one; the contract suite then runs its samples through everything it says.
 */

import type { Provider } from '../model/index.js';
import { discord } from './discord/index.js';
import { presets } from './generic/index.js';
import { github } from './github/index.js';
import { gitlab } from './gitlab/index.js';
import { paddle } from './paddle/index.js';
import { paypal } from './paypal/index.js';
import { sendgrid } from './sendgrid/index.js';
import { shopify } from './shopify/index.js';
import { slack } from './slack/index.js';
import { standardWebhooks } from './standard-webhooks/index.js';
import { stripe } from './stripe/index.js';
import { svix } from './svix/index.js';
import { zoom } from './zoom/index.js';

export { withEnvelopeCheck, withLateEnvelopeCheck } from './envelope-check.js';
export {
  discord,
  type DiscordAuthorization,
  type DiscordDeauthorization,
  type DiscordEntitlement,
  type DiscordEventType,
  type DiscordPayload,
  type DiscordUser,
} from './discord/index.js';
export { parseProvidersFile, type ProvidersFile } from './generic/index.js';
export { github, type GithubEventType, type GithubPayload } from './github/index.js';
export { gitlab, type GitlabEventType, type GitlabPayload } from './gitlab/index.js';
export { paddle, type PaddleEventType, type PaddlePayload } from './paddle/index.js';
export {
  paypal,
  type PaypalCapture,
  type PaypalEvent,
  type PaypalEventType,
  type PaypalMoney,
  type PaypalPayload,
  type PaypalRefund,
} from './paypal/index.js';
export { sendgrid, type SendgridEventType, type SendgridPayload } from './sendgrid/index.js';
export { shopify, type ShopifyEventType, type ShopifyPayload } from './shopify/index.js';
export { slack, type SlackEventType, type SlackPayload } from './slack/index.js';
export { standardWebhooks } from './standard-webhooks/index.js';
export { stripe, type StripeEventType, type StripePayload } from './stripe/index.js';
export { svix } from './svix/index.js';
export { writeSample } from './write-sample.js';
export { zoom, type ZoomPayload } from './zoom/index.js';

export const providers: readonly Provider[] = [
  stripe,
  paypal,
  github,
  discord,
  gitlab,
  paddle,
  sendgrid,
  shopify,
  slack,
  standardWebhooks,
  svix,
  zoom,
  ...presets,
];
