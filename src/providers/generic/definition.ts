/**
 * How a provider signs and what its deliveries say, as data: an entry of `PROVIDERS_FILE`, or a preset.
 * `readDefinition` checks it. docs/generic-provider.md explains every field.
 */
export interface Definition {
  /** The page that all of this was taken from. */
  readonly documentation: string;
  /** Where a person finds the secret, in a sentence. */
  readonly secretFrom?: string;
  readonly signature: SignatureDefinition;
  /** The header with the time of sending, which must be signed. */
  readonly timestamp?: {
    readonly header: string;
    readonly unit?: 's' | 'ms';
    /** Seconds, before and after; 300 by default. */
    readonly tolerance?: number;
  };
  readonly event: EventDefinition;
  /** `application/json` by default. A form is `application/x-www-form-urlencoded`. */
  readonly contentTypes?: readonly string[];
  /** The body is a JSON array, each of whose elements is an event. */
  readonly batched?: boolean;
  /** Bytes; 1 MiB by default. */
  readonly bodyLimit?: number;
  readonly replies?: { readonly accepted?: number; readonly refused?: number };
  readonly retries?: { readonly timeoutSeconds?: number; readonly schedule?: string };
  /** Bodies by the type of their event; `fresh-values.ts` tells what may stand in them. */
  readonly samples?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface SignatureDefinition {
  readonly header: string;
  /** `token`: the header is the secret itself, and nothing covers the body. */
  readonly algorithm: 'hmac-sha256' | 'hmac-sha1' | 'hmac-sha512' | 'token';
  readonly encoding?: 'hex' | 'base64' | 'base64url';
  /** What stands before the signature in its header. */
  readonly prefix?: string;
  /** What is signed, such as `{timestamp}.{body}`; `{body}` by default. */
  readonly signed?: string;
  /** The sender may have signed the URL with its port or without. */
  readonly portOptional?: boolean;
  /** The query parameter of the signed URL with the SHA-256 of a body that is not a form. */
  readonly bodyHashQuery?: string;
}

/**
 * Where an event's parts are found: `/a/json/pointer`, `header:X-Name`, or a text with such in braces,
 * `message.{/status}`. Of several, the first counts that has everything it names.
 */
export type SourceDefinition = string | readonly string[];

export interface EventDefinition {
  readonly id: SourceDefinition;
  readonly type: SourceDefinition;
  readonly account?: SourceDefinition;
  readonly entity?: SourceDefinition;
  readonly occurredAt?: SourceDefinition;
  /** Of an `occurredAt` that is a number; seconds by default. A text is ISO 8601. */
  readonly occurredAtUnit?: 's' | 'ms';
}
