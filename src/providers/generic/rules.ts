import type { Provider, RetryFacts } from '../../model/index.js';
import type { HmacHash } from '../schemes/hmac.js';
import type { SignatureEncoding } from './signature-encoding.js';
import type { SignedTemplate } from './signed-template.js';
import type { Source } from './source.js';

/** A checked definition: nothing in it can be wrong any more. Names of headers are in lower case. */
export interface Rules {
  readonly documentation: string;
  readonly secretFrom: string;
  readonly scheme: Scheme;
  readonly event: EventRules;
  readonly contentTypes: readonly string[];
  readonly batched: boolean;
  /** Bytes. */
  readonly bodyLimit: number;
  readonly replies: NonNullable<Provider['replies']>;
  readonly retries: RetryFacts;
  /** Bodies by type, with places for fresh values. */
  readonly samples: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export type Scheme = HmacScheme | TokenScheme;

export interface HmacScheme {
  readonly kind: 'hmac';
  readonly header: string;
  readonly prefix: string;
  readonly hash: HmacHash;
  readonly encoding: SignatureEncoding;
  readonly template: SignedTemplate;
  readonly timestamp: TimestampRule | undefined;
  /** The header whose value takes the place of `{id}`. */
  readonly idHeader: string | undefined;
  readonly portOptional: boolean;
  readonly bodyHashQuery: string | undefined;
}

export interface TokenScheme {
  readonly kind: 'token';
  readonly header: string;
  readonly prefix: string;
}

export interface TimestampRule {
  readonly header: string;
  readonly unit: TimeUnit;
  /** Milliseconds, before and after. */
  readonly tolerance: number;
}

export type TimeUnit = 's' | 'ms';

export interface EventRules {
  readonly id: Source;
  readonly type: Source;
  readonly account: Source | undefined;
  readonly entity: Source | undefined;
  readonly occurredAt: Source | undefined;
  readonly occurredAtUnit: TimeUnit;
}

/** Headers that must be there once for a signature to be judged. */
export function signatureHeadersOf(scheme: Scheme): readonly string[] {
  if (scheme.kind === 'token') return [scheme.header];
  return [scheme.header, scheme.timestamp?.header, scheme.idHeader].filter((name) => name !== undefined);
}
