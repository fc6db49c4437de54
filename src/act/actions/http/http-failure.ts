import { ActionError, type FailureCode } from '../../../model/index.js';
import { PrivateAddressError } from './public-connector.js';
import { readRetryAfter } from './retry-after.js';

/** Characters of a reply that stand in the message of a failure. */
const EXCERPT_LENGTH = 200;

export interface FailedReply {
  readonly host: string;
  readonly status: number;
  readonly retryAfter: string | readonly string[] | undefined;
  /** What it said, as far as it could be read. */
  readonly text: string;
}

/**
 * What a reply other than 2xx means. Too busy, too early, too slow or broken is so for now; anything else
 * that the target says is its answer, and a redirect is an answer, too: following it would send the
 * signed body to where nobody allowed it.
 */
export function failureOfReply({ host, status, retryAfter, text }: FailedReply, now: number): ActionError {
  const excerpt = text.replace(/\s+/g, ' ').trim().slice(0, EXCERPT_LENGTH);
  const message = `${host} answered ${status}${excerpt === '' ? '' : `: ${excerpt}`}`;
  return isForNow(status)
    ? new ActionError('target_unavailable', message, { retryAfterMs: readRetryAfter(retryAfter, now) })
    : new ActionError('target_refused', message);
}

function isForNow(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429;
}

/**
 * What it means that no reply came, or only a part of one. Whether the target has done it may be unknown;
 * by the idempotency key it tells the repetition.
 */
export function failureOfConnection(host: string, error: unknown): ActionError {
  if (error instanceof PrivateAddressError) {
    const how = 'name the target in HTTP_TARGETS, or set HTTP_ALLOW_PRIVATE=yes';
    return new ActionError('input_invalid', `${error.message}; if it is meant, ${how}`, { cause: error });
  }
  return new ActionError(codeOf(error), `${host}: ${describe(error)}`, { cause: error });
}

function codeOf(error: unknown): FailureCode {
  const { code } = error as { code?: unknown };
  return code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED'
    ? 'input_invalid'
    : 'target_unavailable';
}

/** An error of several addresses has no message of its own. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join(', ');
  return error instanceof Error ? error.message : String(error);
}
