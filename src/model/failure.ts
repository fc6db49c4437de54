/** What went wrong with an attempt. The codes are closed: they are counted, filtered and alerted on. */
export const FAILURE_CODES = [
  'input_invalid',
  'target_refused',
  'target_unavailable',
  'timed_out',
  'outcome_unknown',
  'workflow_missing',
  'payload_dropped',
  'crashes_exceeded',
  'unexpected',
] as const;

export type FailureCode = (typeof FAILURE_CODES)[number];

/** As it is stored with a run and shown to whoever is on call. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  /** The step that failed, if one had begun. */
  readonly step: string | null;
  /** Whether another attempt can succeed. */
  readonly retryable: boolean;
}

const RETRYABLE: Record<FailureCode, boolean> = {
  input_invalid: false,
  target_refused: false,
  target_unavailable: true,
  timed_out: true,
  outcome_unknown: false,
  // Another worker, of the version that has it, may take it.
  workflow_missing: true,
  payload_dropped: false,
  crashes_exceeded: false,
  unexpected: true,
};

/** Thrown by an action when it knows what its failure means. Anything else that is thrown is `unexpected`. */
export class ActionError extends Error {
  /** Milliseconds after which the target wants to be asked again, if it said so. */
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: FailureCode,
    message: string,
    options?: ErrorOptions & { readonly retryAfterMs?: number | undefined },
  ) {
    super(message, options);
    this.name = 'ActionError';
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** Longest message that is stored, in characters. */
const MESSAGE_LIMIT = 1000;

export function failureFrom(error: unknown, step: string | null): Failure {
  const code = error instanceof ActionError ? error.code : 'unexpected';
  const message = error instanceof Error ? error.message : String(error);
  return failure(code, message, step);
}

export function failure(code: FailureCode, message: string, step: string | null = null): Failure {
  return { code, message: storable(message), step, retryable: RETRYABLE[code] };
}

/** What PostgreSQL's jsonb takes: no NUL, and no half of a surrogate pair, where a cut may leave one. */
function storable(message: string): string {
  return message
    .replaceAll('\0', '')
    .slice(0, MESSAGE_LIMIT)
    .replace(/\p{Cs}/gu, '');
}
