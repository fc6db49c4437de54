import type { VerifierTools } from '../../model/index.js';
import { unavailable, type ApiUnavailable, type PaypalApi } from './paypal-api.js';
import { clientId, clientSecret } from './settings.js';

/** What PayPal's API knows us by. */
export interface Client {
  readonly id: string;
  readonly secret: string;
}

export type TokenFinding = { outcome: 'found'; token: string } | ApiUnavailable;

/** Milliseconds before its end from which a token isn't used any more, so that none ends on its way. */
const MARGIN = 60_000;

/** Milliseconds that a failure is remembered: long enough to shield PayPal, short enough to recover. */
const FAILURE_PAUSE = 10_000;

/** Told to whoever is on call: nothing will be verified until they have mended it. */
export const CREDENTIALS_REFUSED: ApiUnavailable = {
  outcome: 'unavailable',
  reason: `PayPal refuses ${clientId.name} and ${clientSecret.name}`,
};

/**
 * The access token of PayPal's API, by OAuth client credentials: fetched once however many ask at the same time, and
 * kept until shortly before it ends.
 *
 * @see https://developer.paypal.com/api/rest/authentication/
 */
export class AccessTokens {
  /** `until` in milliseconds since the epoch. */
  #kept: { readonly finding: TokenFinding; readonly until: number } | undefined;
  #inFlight: Promise<TokenFinding> | undefined;

  constructor(
    private readonly api: PaypalApi,
    private readonly client: Client,
    private readonly now: VerifierTools['now'],
  ) {}

  async find(): Promise<TokenFinding> {
    if (this.#kept !== undefined && this.now() < this.#kept.until) return this.#kept.finding;
    this.#inFlight ??= this.#fetch().finally(() => (this.#inFlight = undefined));
    return this.#inFlight;
  }

  /** PayPal doesn't accept this token any more. A newer one, which somebody else has fetched by now, stays. */
  forget(token: string): void {
    const finding = this.#kept?.finding;
    if (finding?.outcome === 'found' && finding.token === token) this.#kept = undefined;
  }

  async #fetch(): Promise<TokenFinding> {
    const asked = this.now();
    const { finding, lifetime } = await this.#ask();
    this.#kept = { finding, until: asked + lifetime };
    return finding;
  }

  /** @returns `lifetime` in milliseconds */
  async #ask(): Promise<{ finding: TokenFinding; lifetime: number }> {
    const credentials = Buffer.from(`${this.client.id}:${this.client.secret}`).toString('base64');
    const headers = {
      authorization: `Basic ${credentials}`,
      'content-type': 'application/x-www-form-urlencoded',
    };
    const form = Buffer.from('grant_type=client_credentials');
    const reply = await this.api.post('/v1/oauth2/token', headers, form);
    if (reply.outcome === 'unavailable') return { finding: reply, lifetime: FAILURE_PAUSE };
    if (reply.status === 401) return { finding: CREDENTIALS_REFUSED, lifetime: FAILURE_PAUSE };
    const { access_token: token, expires_in: seconds } = reply.body;
    if (reply.status !== 200 || !isToken(token) || !isLifetime(seconds)) {
      return { finding: unavailable(`answered ${reply.status} without a token`), lifetime: FAILURE_PAUSE };
    }
    return { finding: { outcome: 'found', token }, lifetime: seconds * 1000 - MARGIN };
  }
}

/** What can stand in a header (RFC 6750). */
function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9._~+/-]{1,4096}=*$/.test(value);
}

function isLifetime(value: unknown): value is number {
  return typeof value === 'number' && value > 0;
}
