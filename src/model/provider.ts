import type { ReadSetting, Setting } from './setting.js';

/** Header names in lower case, each with every value that was sent: a doubled header has two. */
export type DeliveryHeaders = Readonly<Record<string, readonly string[] | undefined>>;

/** One HTTP request of a provider, before anything in it is believed. */
export interface Delivery {
  readonly headers: DeliveryHeaders;
  /** The exact bytes that were sent: signatures are over bytes, not over parsed JSON. */
  readonly body: Buffer;
  /** Milliseconds since the epoch. What is signed with a time is judged by this moment, however late it is looked at. */
  readonly receivedAt: number;
  /** The address as its sender wrote it, since some sign it: `PUBLIC_URL`, the path and the query. */
  readonly url: string;
}

/** Why a delivery's signature was not accepted. Named in the reply, the log and the metrics. */
export const REFUSAL_REASONS = [
  'signature_missing',
  'signature_doubled',
  'signature_malformed',
  'signature_mismatch',
  'timestamp_stale',
  'algorithm_unknown',
  'certificate_refused',
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export type Verification =
  /** `secretLabel` says which of several secrets matched (`1` is the first), never the secret. */
  | { outcome: 'verified'; secretLabel: string }
  | { outcome: 'refused'; reason: RefusalReason }
  /** The provider is known, but what it signs with is not set: a 503, so that the sender tries again. */
  | { outcome: 'unconfigured'; setting: string }
  /** Something that verification needs is away for the moment (a certificate's host). */
  | { outcome: 'unavailable'; reason: string };

export interface Verifier {
  /** False if no delivery can ever be verified with these settings. */
  readonly configured: boolean;
  verify(delivery: Delivery): Verification | Promise<Verification>;
}

/** What a verifier needs from outside; tests supply their own. */
export interface VerifierTools {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly fetch: typeof globalThis.fetch;
  /** PEM certificates of the authorities that may stand at the end of a chain. */
  readonly trustedRoots: readonly string[];
}

/** One fault of a signed body, as it is named in the reply: a JSON pointer and a sentence. */
export interface EnvelopeFault {
  readonly path: string;
  readonly message: string;
}

/** What every delivery of a provider tells about its event. */
export interface Envelope {
  /** The provider's account that the event belongs to; '' if it has none. */
  readonly account: string;
  /** The id that makes deliveries one event, unique within provider and account. */
  readonly deliveryKey: string;
  readonly type: string;
  /** The key of the thing that the event is about. */
  readonly entity: string | null;
  readonly occurredAt: Date | null;
}

export type EnvelopeReading =
  { outcome: 'read'; envelope: Envelope } | { outcome: 'invalid'; faults: readonly EnvelopeFault[] };

/**
 * A request that verifies and tells of no event, such as the question whether somebody is there, and the reply that
 * its provider demands.
 */
export interface Challenge {
  readonly status: number;
  readonly body?: Readonly<Record<string, unknown>>;
}

/**
 * Something of a delivery that may be used once, beside its delivery key: whoever comes with the same key and claims
 * something else repeats, in whole or in part, what somebody else has signed. Events of one batched delivery must
 * not claim a key against each other.
 */
export interface ReplayKey {
  /** Unique within the provider, such as a transmission id or the hash of a body. */
  readonly key: string;
  /** What its first use was for, such as the hash of the body or the delivery key. */
  readonly claim: string;
  /** Nothing honest looks like it: refused. Or something honest can, if rarely: accepted and marked. */
  readonly otherwise: 'refused' | 'suspected';
}

/** How a provider tries again, as its own page tells it. */
export interface RetryFacts {
  /** Seconds within which it wants its reply. */
  readonly timeoutSeconds: number | null;
  /** How often and for how long, in a sentence without its full stop; null if it never does by itself. */
  readonly schedule: string | null;
}

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A schema within a document that holds others as well, so that what they share is compiled once. */
export interface SchemaPart {
  readonly document: JsonSchema;
  /** JSON pointer of the schema. */
  readonly pointer: string;
}

/** A realistic event of the provider, for `npm run send`, the demo and the contract suite. */
export interface Sample {
  readonly type: string;
  /** A body with fresh ids. */
  readonly body: () => Record<string, unknown>;
}

/** A request that its provider has still to sign. */
export interface UnsignedDelivery {
  /** Of its event, for those that say it in a header. */
  readonly type: string;
  /** Of its body, and one of the provider's own. */
  readonly contentType: string;
  readonly body: Buffer;
}

/** A signed request, ready to be sent to `POST /webhooks/:provider`. */
export interface SignedDelivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Somebody who signs in place of a provider that alone has its private key, with a key of their own. */
export interface StandIn {
  /** Texts of the settings with which a service trusts them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly sign: (unsigned: UnsignedDelivery, now: number) => SignedDelivery;
}

/** Everything that is known about a provider. One folder under `src/providers` each. */
export interface Provider {
  /** The last part of its webhook address. */
  readonly name: string;
  /** The provider's own page about its webhooks, the source of the rules in its folder. */
  readonly documentation: string;
  readonly settings: readonly Setting[];
  /** Headers that are stored with the payload, beside its content type; all others are dropped, for some carry secrets. */
  readonly keptHeaders: readonly string[];
  /** Headers that its verifier reads. */
  readonly signatureHeaders: readonly string[];
  /** Those of them that are the secret itself. They are never kept, and then nothing covers the body. */
  readonly secretHeaders?: readonly string[];
  readonly retries: RetryFacts;
  /**
   * Media types of its bodies, in lower case; `application/json` if it says nothing.
   * `application/x-www-form-urlencoded` is read as an object of texts, everything else as JSON.
   */
  readonly contentTypes?: readonly string[];
  /**
   * Statuses that its own rules demand: `accepted` instead of 202 and 200, `refused` instead of 400 for a signature.
   * An invalid body is 400 to everyone.
   */
  readonly replies?: { readonly accepted?: number; readonly refused?: number };
  /** Bytes. */
  readonly bodyLimit: number;
  verifier(read: ReadSetting, tools: VerifierTools): Verifier;
  /**
   * Milliseconds that a signed time may lie from ours, in either direction; nothing where no time is signed. Of several
   * schemes it is that of the one by which `sign` signs.
   */
  readonly tolerance?: number;
  /**
   * Whether a verified delivery is no event but a challenge, and its reply. Nothing is recorded of it.
   *
   * @param secretLabel of the secret that verified it, for a reply that is signed must be so with the same one
   */
  challenge?(payload: unknown, read: ReadSetting, secretLabel: string): Challenge | undefined;
  /**
   * True if a delivery of it is a JSON array, each of whose elements is an event of its own. They are recorded together
   * or not at all.
   */
  readonly batched?: true;
  /**
   * What every payload must hold for its envelope to be read. Each field has a `description`, which ends the sentence
   * "must be …" of a refusal.
   */
  readonly envelopeSchema: JsonSchema;
  /**
   * What payloads of a type are like, where somebody keeps a schema of them. What does not fit is counted and told, and
   * refused never. It is asked for in a thread of its own, so it may take its time.
   */
  payloadSchema?(type: string): SchemaPart | undefined;
  /**
   * Reads a verified delivery, or one element of a batched one; `payload` is its parsed body and has passed
   * `envelopeSchema`. What no schema of a payload can say, such as what stands in headers, is checked here.
   */
  readEnvelope(payload: unknown, headers: DeliveryHeaders): EnvelopeReading;
  /** What else of a delivery may be used only once. */
  replayKey?(delivery: Delivery, envelope: Envelope): ReplayKey | undefined;
  /**
   * Which of the provider's modes (live, test, sandbox) a delivery says it is of, each of which has secrets of its own.
   * For the doctor: nothing of the delivery is verified.
   */
  modeOf?(delivery: Delivery): string | undefined;
  readonly samples: readonly Sample[];
  /**
   * Signs as the provider would; `undefined` when the settings hold nothing to sign with, or when nothing that the
   * provider signs could cover the body.
   *
   * @param url to which it will be sent, as the service will find it in {@link Delivery.url}
   */
  sign(unsigned: UnsignedDelivery, read: ReadSetting, now: number, url: string): SignedDelivery | undefined;
  /**
   * For a provider that signs with a private key, which no setting of ours holds, so that `sign` never can: a stand-in
   * with a fresh key. Only a service that was started with its settings, such as that of a test, trusts it.
   */
  standIn?(): StandIn;
}

/** The header's only value; a header sent twice is no value, whatever it says. */
export function singleHeader(headers: DeliveryHeaders, name: string): string | undefined {
  const values = headers[name];
  return values?.length === 1 ? values[0] : undefined;
}
