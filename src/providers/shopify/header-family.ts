import type { DeliveryHeaders } from '../../model/index.js';

/**
 * Webhooks have `X-Shopify-…` headers. The deliveries of Shopify's newer Events have `Shopify-…` ones, and may carry
 * those of webhooks beside them.
 *
 * @see https://shopify.dev/docs/apps/build/webhooks/delivery-structure
 * @see https://shopify.dev/docs/apps/build/events/delivery-structure
 */
export type HeaderFamily = 'X-Shopify-' | 'Shopify-';

export const WEBHOOK_SIGNATURE = 'x-shopify-hmac-sha256';
export const EVENT_SIGNATURE = 'shopify-hmac-sha256';

export function headerFamily(headers: DeliveryHeaders): HeaderFamily {
  return (headers[EVENT_SIGNATURE]?.length ?? 0) > 0 ? 'Shopify-' : 'X-Shopify-';
}
