import { singleHeader, type DeliveryHeaders, type EnvelopeReading } from '../../model/index.js';
import { readBody, storableKey, type BodyFields, type Shape } from '../body-fields.js';
import { momentFromIso } from '../moment.js';
import { headerFamily, type HeaderFamily } from './header-family.js';

const TOPIC: Shape = {
  pattern: /^[A-Za-z0-9_./-]{1,150}$/,
  message: 'must be sent once, with a topic such as "orders/create"',
};

const WORD: Shape = {
  pattern: /^[A-Za-z0-9_]{1,100}$/,
  message: 'must be a word such as "Product" or "update"',
};

/** The same when the delivery is tried again. */
const WEBHOOK_ID: Shape = {
  pattern: /^[A-Za-z0-9._:-]{1,255}$/,
  message: 'must be sent once, with the id of the delivery',
};

const SHOP: Shape = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/,
  message: 'must be sent once, with a domain such as "example.myshopify.com"',
};

/**
 * Topic, shop and id are in the headers, which the signature does not cover: whoever holds one signed body can send
 * it again under others, and only the body's hash can tell. `…-Event-Id`, which webhooks have besides, is shared by
 * all deliveries of one action of a merchant, so it is not the delivery key.
 */
export function readShopifyEnvelope(payload: unknown, headers: DeliveryHeaders): EnvelopeReading {
  return readBody(payload, (fields) => {
    const family = headerFamily(headers);
    const triggeredAt = singleHeader(headers, `${family}Triggered-At`.toLowerCase());
    return {
      account: fields.header(headers, `${family}Shop-Domain`, SHOP).toLowerCase(),
      deliveryKey: fields.header(headers, `${family}Webhook-Id`, WEBHOOK_ID),
      type: typeOf(family, fields, headers),
      entity: entityOf(family, fields),
      occurredAt: momentFromIso(triggeredAt),
    };
  });
}

/** Events say in the body, which is signed, what they are. */
function typeOf(family: HeaderFamily, fields: BodyFields, headers: DeliveryHeaders): string {
  return family === 'Shopify-'
    ? `${fields.text('/topic', WORD)}.${fields.text('/action', WORD)}`
    : fields.header(headers, 'X-Shopify-Topic', TOPIC);
}

/** Shopify's global id, since many a plain one is larger than the numbers of JavaScript are exact. */
function entityOf(family: HeaderFamily, fields: BodyFields): string | null {
  if (family === 'Shopify-') return fields.key(`/query_variables/${variableOf(fields.at('/topic'))}`);
  const globalId = fields.key('/admin_graphql_api_id');
  if (globalId !== null) return globalId;
  const id = fields.at('/id');
  return storableKey(Number.isSafeInteger(id) ? String(id) : id);
}

/** The variable that the query of a subscription gets: `productId` for the resource `Product`. */
function variableOf(resource: unknown): string {
  const name = typeof resource === 'string' ? resource : '';
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}Id`;
}
