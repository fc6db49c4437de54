import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { NewRejectedRequest } from '../../src/store/index.js';

/** A request as it is to be held: to Stripe, with a body of its own, from one address. */
export function rejection(more: Partial<Omit<NewRejectedRequest, 'bodySha256'>> = {}): NewRejectedRequest {
  const receivedAt = more.receivedAt ?? new Date();
  const id = more.id ?? uuidv7();
  const body = more.body ?? Buffer.from(`{"id":"${id}"}`);
  return {
    id,
    provider: 'stripe',
    receivedAt,
    source: '192.0.2.1',
    url: 'http://localhost/webhooks/stripe',
    reason: 'signature_mismatch',
    faults: [],
    headers: {},
    times: 1,
    lastReceivedAt: receivedAt,
    ...more,
    body,
    bodySha256: createHash('sha256').update(body).digest(),
  };
}
