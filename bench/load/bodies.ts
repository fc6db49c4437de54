import { readFileSync } from 'node:fs';
import type Stripe from 'stripe';

/** Payloads that GitHub's documentation shows, from its API. */
const EXAMPLES = 'node_modules/@octokit/webhooks-examples/api.github.com/index.json';

/** Three sizes of real payloads; the smallest is Stripe's, the others are GitHub's. */
export const BODY_SIZES = ['1 KB', '8 KB', '64 KB'] as const;
export type BodySize = (typeof BODY_SIZES)[number];

/** A text in which each of the two is replaced by what makes a body its own. */
export interface BodyTemplate {
  readonly provider: 'stripe' | 'github';
  readonly type: string;
  readonly text: string;
}

/** Of the event: what makes it one. */
export const EVENT_ID = 'evt_0123456789abcdef';
/** Of what it is about. */
export const ENTITY_ID = '0123456789entity';

/** Things that events of a plan are about: some come again, as they do in life. */
export const ENTITIES = 20_000;

export function bodyTemplate(size: BodySize): BodyTemplate {
  switch (size) {
    case '1 KB':
      return { provider: 'stripe', type: 'customer.updated', text: JSON.stringify(customerUpdated()) };
    case '8 KB':
      return { provider: 'github', type: 'push', text: JSON.stringify(pushOf(1)) };
    case '64 KB':
      return { provider: 'github', type: 'push', text: JSON.stringify(pushOf(106)) };
  }
}

/** As Stripe sends it: https://docs.stripe.com/api/customers/object. */
function customerUpdated(): unknown {
  const customer: Omit<Stripe.Customer, 'lastResponse'> = {
    id: `cus_${ENTITY_ID}`,
    object: 'customer',
    address: {
      city: 'Berlin',
      country: 'DE',
      line1: 'Lindenstrasse 12',
      line2: null,
      postal_code: '10969',
      state: null,
    },
    balance: 0,
    created: 1_764_460_800,
    currency: 'eur',
    default_source: null,
    delinquent: false,
    description: 'Customer since the spring of 2021',
    discount: null,
    email: 'jenny.rosen@example.com',
    invoice_prefix: '0759376C',
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: { account: '1042' },
    name: 'Jenny Rosen',
    phone: '+49 30 901820',
    preferred_locales: ['de', 'en'],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
  return {
    id: EVENT_ID,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: 1_764_460_800,
    data: { object: customer, previous_attributes: { balance: -500 } },
    livemode: false,
    pending_webhooks: 1,
    request: { id: 'req_8Qx4vT2mBhW1nZ', idempotency_key: '7d0f9a52-6c1e-4a3b-9f0d-2b6c51a4e8d7' },
    type: 'customer.updated',
  };
}

interface Examples {
  readonly name: string;
  readonly examples: readonly { readonly commits?: readonly unknown[] }[];
}

/** Octokit's example of a push, with so many commits. */
function pushOf(commits: number): unknown {
  const all = JSON.parse(readFileSync(EXAMPLES, 'utf8')) as Examples[];
  const pushes = all.find(({ name }) => name === 'push')?.examples ?? [];
  const push = pushes.find((example) => example.commits?.length === 1);
  if (push === undefined) throw new Error('Octokit has no example of a push with a commit');
  return {
    ...push,
    ref: `refs/heads/${ENTITY_ID}`,
    after: EVENT_ID,
    commits: Array.from({ length: commits }, () => push.commits?.[0]),
  };
}
