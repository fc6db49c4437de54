import {
  singleHeader,
  type DeliveryHeaders,
  type Envelope,
  type EnvelopeFault,
  type EnvelopeReading,
} from '../../model/index.js';
import { readHeaderTexts } from '../header-texts.js';
import { momentFromIso } from '../moment.js';
import { keyAt, storableKey, textAt, valueAt } from '../payload-values.js';
import { headerFamily, type HeaderFamily } from './header-family.js';

const TOPIC = {
  name: 'X-Shopify-Topic',
  pattern: /^[A-Za-z0-9_./-]{1,150}$/,
  content: 'a topic such as "orders/create"',
};

/** What both families have. */
const headersOf = (family: HeaderFamily) => ({
  shop: {
    name: `${family}Shop-Domain`,
    pattern: /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/,
    content: 'a domain such as "example.myshopify.com"',
  },
  /** The same when the delivery is tried again. */
  id: {
    name: `${family}Webhook-Id`,
    pattern: /^[A-Za-z0-9._:-]{1,255}$/,
    content: 'the id of the delivery',
  },
});

const WORD = /^[A-Za-z0-9_]{1,100}$/;

/**
 * Topic, shop and id are in the headers, which the signature does not cover: whoever holds one signed body can send
 * it again under others, and only the body's hash can tell. `…-Event-Id`, which webhooks have besides, is shared by
 * all deliveries of one action of a merchant, so it is not the delivery key.
 */
export function readShopifyEnvelope(payload: unknown, headers: DeliveryHeaders): EnvelopeReading {
  return headerFamily(headers) === 'Shopify-' ? readEvent(payload, headers) : readWebhook(payload, headers);
}

function readWebhook(payload: unknown, headers: DeliveryHeaders): EnvelopeReading {
  const reading = readHeaderTexts(headers, { ...headersOf('X-Shopify-'), topic: TOPIC });
  if (reading.outcome === 'invalid') return reading;
  const { topic, ...texts } = reading.texts;
  const envelope = { ...common('X-Shopify-', texts, headers), type: topic, entity: resourceOf(payload) };
  return { outcome: 'read', envelope };
}

/** Events say in the body, which is signed, what they are. The schema cannot demand it, for webhooks do not. */
function readEvent(payload: unknown, headers: DeliveryHeaders): EnvelopeReading {
  const reading = readHeaderTexts(headers, headersOf('Shopify-'));
  const faults = ['/topic', '/action'].flatMap((path) => faultsOfWord(payload, path));
  if (reading.outcome === 'invalid') return { outcome: 'invalid', faults: [...reading.faults, ...faults] };
  if (faults.length > 0) return { outcome: 'invalid', faults };
  const topic = textAt(payload, '/topic');
  const envelope = {
    ...common('Shopify-', reading.texts, headers),
    type: `${topic}.${textAt(payload, '/action')}`,
    entity: keyAt(payload, `/query_variables/${variableOf(topic)}`),
  };
  return { outcome: 'read', envelope };
}

function faultsOfWord(payload: unknown, path: string): EnvelopeFault[] {
  const value = valueAt(payload, path);
  if (typeof value === 'string' && WORD.test(value)) return [];
  return [{ path, message: 'must be a word such as "Product" or "update"' }];
}

function common(
  family: HeaderFamily,
  { shop, id }: { readonly shop: string; readonly id: string },
  headers: DeliveryHeaders,
): Omit<Envelope, 'type' | 'entity'> {
  const triggeredAt = singleHeader(headers, `${family}Triggered-At`.toLowerCase());
  return { account: shop.toLowerCase(), deliveryKey: id, occurredAt: momentFromIso(triggeredAt) };
}

/** Shopify's global id, since many a plain one is larger than the numbers of JavaScript are exact. */
function resourceOf(payload: unknown): string | null {
  const globalId = keyAt(payload, '/admin_graphql_api_id');
  if (globalId !== null) return globalId;
  const id = valueAt(payload, '/id');
  return storableKey(Number.isSafeInteger(id) ? String(id) : id);
}

/** The variable that the query of a subscription gets: `productId` for the resource `Product`. */
function variableOf(resource: string): string {
  return `${resource.charAt(0).toLowerCase()}${resource.slice(1)}Id`;
}
