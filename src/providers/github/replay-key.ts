import { createHash } from 'node:crypto';
import type { Delivery, Envelope, ReplayKey } from '../../model/index.js';

/**
 * The signature covers the body alone and holds for ever, so whoever has one delivery can send it again under a new
 * id, or another event's name. The body's hash tells, whichever secret signed it.
 *
 * It cannot prove it, since honest events can have equal bodies: two `ping`s of a webhook, or two
 * `workflow_dispatch` or `repository_dispatch` with the same inputs. A redelivery keeps its id.
 *
 * @see https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks#use-the-x-github-delivery-header
 */
export function githubReplayKey({ body }: Delivery, { deliveryKey }: Envelope): ReplayKey {
  return {
    key: createHash('sha256').update(body).digest('hex'),
    claim: deliveryKey,
    otherwise: 'suspected',
  };
}
