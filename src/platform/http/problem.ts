/** What a reply says about a request that was not fulfilled, RFC 9457. */
export interface ProblemDetails {
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  readonly correlationId: string;
  readonly [extension: string]: unknown;
}

export interface ProblemOptions {
  readonly detail?: string;
  /** Seconds after which the same request can succeed. */
  readonly retryAfter?: number;
  /** A word for why, where neither the status nor a `reason` among the extensions says it. Not in the reply. */
  readonly reason?: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown where a request is refused; the filter makes the reply. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly options: ProblemOptions = {},
  ) {
    super(title);
    this.name = 'Problem';
  }
}

/** The body of the reply. */
export function problemDetails({ status, title, options }: Problem, correlationId: string): ProblemDetails {
  return {
    type: 'about:blank',
    status,
    title,
    ...(options.detail !== undefined && { detail: options.detail }),
    ...options.extensions,
    correlationId,
  };
}
