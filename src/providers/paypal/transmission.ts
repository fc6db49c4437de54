import type { Delivery, Verification } from '../../model/index.js';
import { momentFromIso } from '../moment.js';
import { requiredHeaders } from '../schemes/required-headers.js';
import { refused, type Refused } from '../schemes/verdict.js';

/** The headers that both schemes have. */
export interface Transmission {
  readonly algorithm: string;
  readonly id: string;
  /** As it was sent: the text is what is signed. */
  readonly timeText: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Base64. */
  readonly signature: string;
}

export type TransmissionReading = { outcome: 'read'; transmission: Transmission } | Refused;

/**
 * Reads the `PAYPAL-*` headers, each required once. Ids and times of any other shape are refused: the signed
 * text joins them with `|`, and no second way to cut it apart must exist.
 *
 * @see https://developer.paypal.com/api/rest/webhooks/rest/#link-eventheadervalidation
 */
export function readTransmission({ headers }: Delivery): TransmissionReading {
  const read = requiredHeaders(headers, [
    'paypal-auth-algo',
    'paypal-transmission-id',
    'paypal-transmission-time',
    'paypal-transmission-sig',
  ]);
  if (read.outcome === 'refused') return read;
  const id = read.values['paypal-transmission-id'];
  const timeText = read.values['paypal-transmission-time'];
  const time = momentFromIso(timeText);
  if (time === null || !/^[A-Za-z0-9_-]{1,64}$/.test(id)) return refused('signature_malformed');
  return {
    outcome: 'read',
    transmission: {
      algorithm: read.values['paypal-auth-algo'],
      id,
      timeText,
      time: time.getTime(),
      signature: read.values['paypal-transmission-sig'],
    },
  };
}

/** A scheme, once the headers that all have are read. */
export type VerifyTransmission = (
  delivery: Delivery,
  transmission: Transmission,
) => Verification | Promise<Verification>;
