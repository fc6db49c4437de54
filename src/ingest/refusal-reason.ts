import { REJECTION_REASONS } from '../model/index.js';
import type { Problem } from '../platform/http/index.js';

/** Why requests to the address of a provider that is configured can be refused. */
export const REFUSALS = [
  ...REJECTION_REASONS,
  'unstorable',
  'too_large',
  'unsupported_content',
  'malformed',
  'over_limit',
  'rate_limited',
  'overloaded',
  'verification_unavailable',
  'database_away',
  'internal_error',
  'given_up',
] as const;

/** Why those can be refused that are for no provider. */
export const STRAY_REFUSALS = ['unknown_provider', 'malformed'] as const;

/** Where a status says it all. */
const BY_STATUS: Readonly<Record<number, string>> = {
  404: 'unknown_provider',
  413: 'too_large',
  415: 'unsupported_content',
};

/**
 * Why a request to a webhook address was refused, as it is counted: one of the {@link REFUSALS}, or for no provider. The
 * set is closed, for the words are ours.
 *
 * @param problem that the reply told of, if our own filter made it
 */
export function refusalReason(status: number, problem: Problem | undefined): string {
  const { reason, extensions } = problem?.options ?? {};
  if (reason !== undefined) return reason;
  if (typeof extensions?.['reason'] === 'string') return extensions['reason'];
  return BY_STATUS[status] ?? (status >= 500 ? 'internal_error' : 'malformed');
}
