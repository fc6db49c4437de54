import type { Problem } from '../platform/http/index.js';

/** Where a status says it all. */
const BY_STATUS: Readonly<Record<number, string>> = {
  404: 'unknown_provider',
  413: 'too_large',
  415: 'unsupported_content',
};

/**
 * Why a request to a webhook address was refused, as it is counted: a {@link RejectionReason}, or what else stands in the
 * way. The set is closed, for the words are ours.
 *
 * @param problem that the reply told of, if our own filter made it
 */
export function refusalReason(status: number, problem: Problem | undefined): string {
  const { reason, extensions } = problem?.options ?? {};
  if (reason !== undefined) return reason;
  if (typeof extensions?.['reason'] === 'string') return extensions['reason'];
  return BY_STATUS[status] ?? (status >= 500 ? 'internal_error' : 'malformed');
}
