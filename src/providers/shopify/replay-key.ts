import { createHash } from 'node:crypto';
import type { Delivery, Envelope, ReplayKey } from '../../model/index.js';

/**
 * The signature covers the body alone and holds for ever, so whoever has one delivery can send it again under a new
 * id or another shop. The hash of topic and body tells.
 *
 * Not that of the body alone: an order that is created and paid at once is told of twice, in equal bodies. Nor does it
 * prove anything, since a shop may have two subscriptions to one topic. A retry keeps its id.
 */
export function shopifyReplayKey({ body }: Delivery, { account, deliveryKey, type }: Envelope): ReplayKey {
  return {
    key: createHash('sha256').update(`${type}\n`).update(body).digest('hex'),
    claim: `${account}/${deliveryKey}`,
    otherwise: 'suspected',
  };
}
