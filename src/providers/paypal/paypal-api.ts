import { readAtMost } from '../schemes/bounded-body.js';
import type { PaypalEnvironment } from './settings.js';

export type ApiReply =
  | { outcome: 'answered'; status: number; body: Readonly<Record<string, unknown>> }
  /** It could not answer; later it may. */
  | ApiUnavailable;

export interface ApiUnavailable {
  readonly outcome: 'unavailable';
  readonly reason: string;
}

const ORIGIN: Record<PaypalEnvironment, string> = {
  live: 'https://api-m.paypal.com',
  sandbox: 'https://api-m.sandbox.paypal.com',
};

/** Milliseconds for everything, connection and body. The sender is waiting for our reply. */
const TIMEOUT = 5_000;

/** Bytes. A token comes with a list of what it is for, some 2,000; a verdict has 40. */
const SIZE_LIMIT = 64 * 1024;

/** PayPal's REST API. Never throws, never follows a redirect, never reads more than 64 KB. */
export class PaypalApi {
  constructor(
    private readonly environment: PaypalEnvironment,
    private readonly fetch: typeof globalThis.fetch,
  ) {}

  async post(path: string, headers: Readonly<Record<string, string>>, body: Buffer): Promise<ApiReply> {
    try {
      const response = await this.fetch(ORIGIN[this.environment] + path, {
        method: 'POST',
        headers: { accept: 'application/json', ...headers },
        body: new Uint8Array(body),
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT),
      });
      if (response.status >= 500 || response.status === 429 || response.status === 408) {
        await response.body?.cancel();
        return unavailable(`answered ${response.status}`);
      }
      const bytes = await readAtMost(response, SIZE_LIMIT);
      return { outcome: 'answered', status: response.status, body: readObject(bytes) };
    } catch (error) {
      const timedOut = (error as Partial<Error> | undefined)?.name === 'TimeoutError';
      return unavailable(timedOut ? `did not answer within ${TIMEOUT} ms` : 'could not be reached');
    }
  }
}

export function unavailable(what: string): ApiUnavailable {
  return { outcome: 'unavailable', reason: `PayPal's API ${what}` };
}

/** What the bytes say, or nothing at all if they are no JSON object or too many. */
function readObject(bytes: Buffer | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes?.toString('utf8') ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
