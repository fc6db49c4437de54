import {
  isForm,
  parseForm,
  singleHeader,
  type Challenge,
  type Delivery,
  type Envelope,
  type EnvelopeFault,
  type Provider,
  type ReadSetting,
} from '../model/index.js';
import { jsonElements } from './json-elements.js';
import { parseJson } from './parse-json.js';

/**
 * Events of one delivery. A batch is bounded by its sender in bytes rather than in events, and the smallest have some
 * 200 of them: so many fill a body of 1 MB. All are recorded in one statement.
 */
const MOST_EVENTS = 5_000;

/** So many faults are told; whoever mends them will hear of the others. */
const MOST_FAULTS = 20;

/** An event of a delivery, with the bytes that tell of it. */
export interface ReadEvent {
  readonly envelope: Envelope;
  readonly body: Buffer;
}

export type DeliveryReading =
  | { outcome: 'read'; events: readonly ReadEvent[] }
  | { outcome: 'challenge'; challenge: Challenge }
  | { outcome: 'invalid'; faults: readonly EnvelopeFault[] };

/** Signed, but with nothing to record: a challenge, or not what the provider's envelope demands. */
export type UnrecordedReading = Exclude<DeliveryReading, { outcome: 'read' }>;

/** A delivery of which the provider has shown that it is its own. */
export interface VerifiedRequest {
  readonly provider: Provider;
  readonly delivery: Delivery;
  readonly secretLabel: string;
  /** Of the request that brought it. */
  readonly correlationId: string;
}

/** Reads a verified delivery: its body, and what its provider says that is in it. */
export function readDelivery(
  { provider, delivery, secretLabel }: Omit<VerifiedRequest, 'correlationId'>,
  read: ReadSetting,
): DeliveryReading {
  const parsed = parseBody(delivery);
  if (!parsed.ok) return invalid(parsed.message);
  const challenge = provider.challenge?.(parsed.value, read, secretLabel);
  if (challenge !== undefined) return { outcome: 'challenge', challenge };
  return provider.batched
    ? readBatch(provider, delivery, parsed.value)
    : readSingle(provider, delivery, parsed.value);
}

function parseBody({ headers, body }: Delivery) {
  return isForm(singleHeader(headers, 'content-type')) ? parseForm(body) : parseJson(body);
}

function readSingle(provider: Provider, { headers, body }: Delivery, payload: unknown): DeliveryReading {
  const reading = provider.readEnvelope(payload, headers);
  return reading.outcome === 'invalid'
    ? { outcome: 'invalid', faults: reading.faults.slice(0, MOST_FAULTS) }
    : { outcome: 'read', events: [{ envelope: reading.envelope, body }] };
}

/** One faulty element makes the whole batch invalid: a reply can say but one thing about all of it. */
function readBatch(provider: Provider, { headers, body }: Delivery, payload: unknown): DeliveryReading {
  if (!Array.isArray(payload)) return invalid('must be a JSON array');
  if (payload.length > MOST_EVENTS) return invalid(`must not have more than ${MOST_EVENTS} elements`);
  const events: ReadEvent[] = [];
  const faults: EnvelopeFault[] = [];
  for (const [index, element] of jsonElements(body).entries()) {
    const reading = provider.readEnvelope(payload[index], headers);
    if (reading.outcome === 'read') events.push({ envelope: reading.envelope, body: element });
    else faults.push(...reading.faults.map((fault) => faultOfElement(index, fault)));
    if (faults.length >= MOST_FAULTS) break;
  }
  return faults.length > 0
    ? { outcome: 'invalid', faults: faults.slice(0, MOST_FAULTS) }
    : { outcome: 'read', events };
}

/** A fault of a header has the header's name as its path, and is no element's. */
function faultOfElement(index: number, { path, message }: EnvelopeFault): EnvelopeFault {
  return { path: path === '' || path.startsWith('/') ? `/${index}${path}` : path, message };
}

function invalid(message: string): DeliveryReading {
  return { outcome: 'invalid', faults: [{ path: '', message }] };
}
