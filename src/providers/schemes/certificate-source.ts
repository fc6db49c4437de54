import type { X509Certificate } from 'node:crypto';
import type { VerifierTools } from '../../model/index.js';
import type { ChainJudgement } from './certificate-chain.js';
import { fetchPem } from './certificate-fetch.js';

export type CertificateFinding =
  | { outcome: 'found'; certificate: X509Certificate }
  | { outcome: 'refused' }
  | { outcome: 'unavailable'; reason: string };

interface Kept {
  readonly finding: CertificateFinding;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** Addresses that are remembered, of each kind. A provider uses one or two at a time. */
const KEPT_LIMIT = 20;

/** Look-ups at once. More can only come from invented addresses. */
const FLIGHT_LIMIT = 8;

/** Milliseconds that a certificate is used before it is fetched again. */
const DAY = 24 * 60 * 60 * 1000;

/** Milliseconds that a failure is remembered: long enough to shield the host, short enough to recover. */
const FAILURE_PAUSE = 10_000;

/**
 * Certificates by address: fetched once however many ask at the same time, judged once, and kept.
 * The caller decides which addresses may be asked for; everything else about them is decided here.
 */
export class CertificateSource {
  /** Apart from each other, so that a flood of invented addresses cannot push out the real one. */
  readonly #found = new Map<string, Kept>();
  readonly #failed = new Map<string, Kept>();
  readonly #inFlight = new Map<string, Promise<CertificateFinding>>();
  readonly #tools: Pick<VerifierTools, 'now' | 'fetch'>;
  readonly #judge: (pem: string) => ChainJudgement;

  constructor(tools: Pick<VerifierTools, 'now' | 'fetch'>, judge: (pem: string) => ChainJudgement) {
    this.#tools = tools;
    this.#judge = judge;
  }

  async find(url: string): Promise<CertificateFinding> {
    const kept = this.#recall(this.#found, url) ?? this.#recall(this.#failed, url);
    if (kept !== undefined) return kept;
    const inFlight = this.#inFlight.get(url);
    if (inFlight !== undefined) return inFlight;
    if (this.#inFlight.size >= FLIGHT_LIMIT) {
      return { outcome: 'unavailable', reason: 'Too many certificates are being fetched' };
    }
    const flight = this.#fetch(url).finally(() => this.#inFlight.delete(url));
    this.#inFlight.set(url, flight);
    return flight;
  }

  async #fetch(url: string): Promise<CertificateFinding> {
    const fetched = await fetchPem(url, this.#tools.fetch);
    if (fetched.outcome === 'unavailable') return this.#fail(url, fetched);
    if (fetched.outcome === 'absent') return this.#fail(url, { outcome: 'refused' });
    const judged = this.#judge(fetched.pem);
    if (judged.outcome === 'refused') return this.#fail(url, { outcome: 'refused' });
    const finding = { outcome: 'found', certificate: judged.leaf } as const;
    keep(this.#found, url, { finding, until: Math.min(this.#tools.now() + DAY, judged.validUntil) });
    return finding;
  }

  #fail(url: string, finding: CertificateFinding): CertificateFinding {
    keep(this.#failed, url, { finding, until: this.#tools.now() + FAILURE_PAUSE });
    return finding;
  }

  #recall(from: Map<string, Kept>, url: string): CertificateFinding | undefined {
    const kept = from.get(url);
    if (kept === undefined || this.#tools.now() <= kept.until) return kept?.finding;
    from.delete(url);
    return undefined;
  }
}

/** Adds to a bounded map; the oldest makes room. */
function keep(map: Map<string, Kept>, url: string, kept: Kept): void {
  map.delete(url);
  map.set(url, kept);
  const [oldest] = map.keys();
  if (map.size > KEPT_LIMIT && oldest !== undefined) map.delete(oldest);
}
