import { REFUSAL_REASONS, type DeliveryHeaders, type EnvelopeFault } from './provider.js';

/**
 * Why a request was not accepted: its signature, a provider without a secret, what a signed body says (`invalid`), or that
 * what makes it genuine was used before (`replayed`).
 */
export const REJECTION_REASONS = [...REFUSAL_REASONS, 'unconfigured', 'invalid', 'replayed'] as const;

export type RejectionReason = (typeof REJECTION_REASONS)[number];

export const REJECTION_STATES = ['held', 'released', 'discarded'] as const;

/** `held` until somebody decides: released, its events are recorded; discarded, it never was one. */
export type RejectionState = (typeof REJECTION_STATES)[number];

/** A request that failed verification or validation, as the quarantine keeps it. */
export interface RejectedRequest {
  readonly id: string;
  readonly provider: string;
  readonly receivedAt: Date;
  /** Address that it came from; '' if it is not known. */
  readonly source: string;
  readonly url: string;
  /** Why it was refused the last time that it was looked at. */
  readonly reason: RejectionReason;
  /** What is wrong with a signed body; empty for every other reason. */
  readonly faults: readonly EnvelopeFault[];
  /** Allow-listed. */
  readonly headers: DeliveryHeaders;
  /** The exact bytes; null once it is released or discarded. */
  readonly body: Buffer | null;
  /** Hexadecimal. */
  readonly bodySha256: string;
  readonly bodyBytes: number;
  /** How often the same body came from the same source. */
  readonly times: number;
  readonly lastReceivedAt: Date;
  readonly state: RejectionState;
  /** What it was released as. */
  readonly eventIds: readonly string[];
  readonly settledAt: Date | null;
  readonly settledBy: string | null;
}
