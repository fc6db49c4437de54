import { readAtMost } from './bounded-body.js';

/** What came back from a certificate's address. */
export type FetchedPem =
  | { outcome: 'fetched'; pem: string }
  /** There is no certificate at this address, and asking again will not change that. */
  | { outcome: 'absent' }
  /** The host could not answer; later it may. */
  | { outcome: 'unavailable'; reason: string };

/** Milliseconds for everything, connection and body. The sender is waiting for our reply. */
const TIMEOUT = 3_000;

/** Bytes. A chain of four certificates has about 8,000. */
const SIZE_LIMIT = 64 * 1024;

/** Fetches a PEM text. Never throws, never follows a redirect, never reads more than 64 KB. */
export async function fetchPem(url: string, fetch: typeof globalThis.fetch): Promise<FetchedPem> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT) });
    if (response.status !== 200) {
      await response.body?.cancel();
      return mayRecover(response.status)
        ? { outcome: 'unavailable', reason: `The certificate host answered ${response.status}` }
        : { outcome: 'absent' };
    }
    const pem = await readAtMost(response, SIZE_LIMIT);
    return pem === undefined ? { outcome: 'absent' } : { outcome: 'fetched', pem: pem.toString('latin1') };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    const what = timedOut ? `did not answer within ${TIMEOUT} ms` : 'could not be reached';
    return { outcome: 'unavailable', reason: `The certificate host ${what}` };
  }
}

function mayRecover(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}
