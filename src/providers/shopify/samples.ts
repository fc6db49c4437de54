import type { Sample } from '../../model/index.js';
import { freshNumber } from '../sample-ids.js';

export const samples: readonly Sample[] = [
  { type: 'orders/create', body: order },
  { type: 'products/update', body: product },
  { type: 'app/uninstalled', body: shop },
];

function order(): Record<string, unknown> {
  const id = freshNumber();
  const amount = { shop_money: money('42.00'), presentment_money: money('42.00') };
  return {
    id,
    admin_graphql_api_id: `gid://shopify/Order/${id}`,
    created_at: now(),
    updated_at: now(),
    processed_at: now(),
    cancelled_at: null,
    confirmed: true,
    currency: 'EUR',
    email: 'jenny.rosen@example.com',
    financial_status: 'paid',
    fulfillment_status: null,
    name: '#1042',
    order_number: 1042,
    test: true,
    total_price: '42.00',
    total_price_set: amount,
    line_items: [
      {
        id: freshNumber(),
        product_id: freshNumber(),
        title: 'T-Shirt',
        quantity: 1,
        price: '42.00',
        sku: null,
      },
    ],
    shipping_lines: [],
  };
}

function product(): Record<string, unknown> {
  const id = freshNumber();
  return {
    id,
    admin_graphql_api_id: `gid://shopify/Product/${id}`,
    title: 'T-Shirt',
    body_html: 'An example T-Shirt',
    handle: 't-shirt',
    product_type: 'Shirts',
    status: 'active',
    tags: 'example, mens, t-shirt',
    created_at: now(),
    updated_at: now(),
    published_at: now(),
    vendor: 'Acme',
    variants: [
      { id: freshNumber(), product_id: id, title: 'Small', price: '19.99', sku: null, taxable: true },
    ],
  };
}

function shop(): Record<string, unknown> {
  return {
    id: freshNumber(),
    name: 'Super Toys',
    email: 'super@supertoys.example',
    domain: null,
    country: 'DE',
    currency: 'EUR',
    shop_owner: 'Jenny Rosen',
    plan_name: 'enterprise',
    myshopify_domain: 'super-toys.myshopify.com',
  };
}

function money(amount: string): Record<string, string> {
  return { amount, currency_code: 'EUR' };
}

function now(): string {
  return new Date().toISOString();
}
