import { randomUUID } from 'node:crypto';
import type { EventPattern, Provider } from '../../model/index.js';
import { payloadObject } from '../envelope-schema.js';
import { readShopifyEnvelope } from './envelope.js';
import type { ShopifyEventType, ShopifyPayload } from './event-types.js';
import { EVENT_SIGNATURE, WEBHOOK_SIGNATURE } from './header-family.js';
import { shopifyReplayKey } from './replay-key.js';
import { samples } from './samples.js';
import { clientSecret, shopifySignature, shopifyVerifier } from './scheme.js';

export type { ShopifyEventType, ShopifyPayload } from './event-types.js';

/** Headers that webhooks have with an `x-` before them, and Events without. */
const COMMON_HEADERS = ['api-version', 'shop-domain', 'topic', 'triggered-at', 'webhook-id'];

export const shopify: Provider & {
  /** Which events a workflow is for. A type of the body can be given. */
  event<Payload = ShopifyPayload>(type: ShopifyEventType): EventPattern<Payload>;
} = {
  name: 'shopify',
  documentation: 'https://shopify.dev/docs/apps/build/webhooks',
  settings: [clientSecret],
  keptHeaders: [
    'content-type',
    'user-agent',
    WEBHOOK_SIGNATURE,
    EVENT_SIGNATURE,
    ...COMMON_HEADERS.flatMap((name) => [`x-shopify-${name}`, `shopify-${name}`]),
    'x-shopify-event-id',
    'x-shopify-name',
    'x-shopify-sub-topic',
    'x-shopify-test',
    'shopify-action',
    'shopify-handle',
  ],
  signatureHeaders: [WEBHOOK_SIGNATURE, EVENT_SIGNATURE],
  retries: { timeoutSeconds: 5, schedule: 'eight times in four hours; then the subscription may be removed' },
  // What Shopify sends by way of Pub/Sub may have ten megabytes.
  bodyLimit: 10 * 1024 * 1024,
  verifier: (read) => shopifyVerifier(read(clientSecret)),
  envelopeSchema: payloadObject(),
  readEnvelope: readShopifyEnvelope,
  replayKey: shopifyReplayKey,
  samples,
  sign({ type, body }, read, now) {
    const [key] = read(clientSecret);
    if (key === undefined) return undefined;
    return {
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Shopify-Captain-Hook',
        [WEBHOOK_SIGNATURE]: shopifySignature(body, key),
        'x-shopify-api-version': '2026-07',
        'x-shopify-event-id': randomUUID(),
        'x-shopify-shop-domain': 'super-toys.myshopify.com',
        'x-shopify-topic': type,
        'x-shopify-triggered-at': new Date(now).toISOString(),
        'x-shopify-webhook-id': randomUUID(),
      },
      body,
    };
  },
  event: (type) => ({ provider: 'shopify', type }),
};
