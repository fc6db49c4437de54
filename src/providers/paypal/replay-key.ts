import { createHash } from 'node:crypto';
import { singleHeader, type Delivery, type ReplayKey } from '../../model/index.js';
import { RELAY_ALGORITHM } from './relay-scheme.js';

/**
 * PayPal signs a transmission's id and the CRC-32 of its body, to which another body is easily made. So an id is good
 * for one body, whichever comes first: PayPal itself sends no other under it.
 *
 * A relay signs the whole body, so under its id nobody else can send another one. It has no such key: a relay that
 * hands on what it got may well keep PayPal's id for a body that it has written anew.
 */
export function paypalReplayKey({ headers, body }: Delivery): ReplayKey | undefined {
  const id = singleHeader(headers, 'paypal-transmission-id');
  if (id === undefined || singleHeader(headers, 'paypal-auth-algo') === RELAY_ALGORITHM) return undefined;
  return { key: id, claim: createHash('sha256').update(body).digest('hex'), otherwise: 'refused' };
}
