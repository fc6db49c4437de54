import type { Event, Failure, HeldStatus } from '../model/index.js';
import { countFencedWrite } from '../platform/metrics/index.js';

/** The right to write a run: it is void as soon as another worker has claimed the run anew. */
export interface Lease {
  readonly runId: string;
  readonly epoch: number;
}

/** A step of the run that an earlier attempt has begun or done. */
export interface LedgerEntry {
  readonly status: 'started' | 'done' | 'failed';
  readonly output: unknown;
}

/** A run in the hands of one worker, with all that is needed to execute it. */
export interface ClaimedRun {
  readonly lease: Lease;
  readonly event: Event;
  /** The exact bytes of the delivery, or null if retention has dropped them. */
  readonly body: Buffer | null;
  /** Its `Content-Type`; where none was kept, it is JSON. */
  readonly contentType: string | undefined;
  /** Whether its steps are to be done, or undone. */
  readonly status: HeldStatus;
  readonly workflow: string;
  readonly workflowVersion: number;
  readonly number: number;
  /** This attempt to do the steps, or to undo them, from 1. */
  readonly attempt: number;
  /** How many workers died or froze over it. */
  readonly crashes: number;
  /** Whether the last of them had it until this claim. */
  readonly isTakeover: boolean;
  readonly ledger: ReadonlyMap<string, LedgerEntry>;
  /** How the last attempt that failed did so. */
  readonly lastError: Failure | null;
  /** W3C trace context under which it is executed, or null for what was accepted before there were traces. */
  readonly traceparent: string | null;
  /** Of the request that brought the event, or null for what was accepted before these ids were kept. */
  readonly correlationId: string | null;
}

/** Thrown when a write comes under a lease that is no longer valid. Nothing was changed. */
export class FencedError extends Error {
  constructor(readonly lease: Lease) {
    super(`Run ${lease.runId} is no longer held in epoch ${lease.epoch}`);
    this.name = 'FencedError';
  }
}

/** @returns what a write throws whose lease is void */
export function fenced(lease: Lease): FencedError {
  countFencedWrite();
  return new FencedError(lease);
}
