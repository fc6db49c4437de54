import { Inject, Injectable, type OnModuleInit, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'winston';
import { LOGGER } from '../platform/logging/index.js';
import { RunStore, type Lease } from '../store/index.js';

/** A lease lasts 10 s, so two renewals may fail before it is lost. */
const RENEW_MS = 3_000;

/** Holds the leases of the runs that this process executes: one statement renews them all. */
@Injectable()
export class LeaseKeeper implements OnModuleInit, OnApplicationShutdown {
  private readonly held = new Map<string, { lease: Lease; lost: AbortController }>();
  private timer: NodeJS.Timeout | undefined;
  private interrupted = false;

  constructor(
    private readonly runs: RunStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.renew(), RENEW_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /**
   * Keeps the lease while `work` runs.
   *
   * @param work gets a signal that is aborted when the lease is lost or the process shuts down
   */
  async hold<Result>(lease: Lease, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const lost = new AbortController();
    if (this.interrupted) lost.abort();
    this.held.set(lease.runId, { lease, lost });
    try {
      return await work(lost.signal);
    } finally {
      if (this.held.get(lease.runId)?.lease === lease) this.held.delete(lease.runId);
    }
  }

  /** Leases of the runs that are in hand. */
  leases(): Lease[] {
    return [...this.held.values()].map(({ lease }) => lease);
  }

  /** Tells all runs, those in hand and those to come, to begin no further step. */
  interrupt(): void {
    this.interrupted = true;
    for (const { lost } of this.held.values()) lost.abort();
  }

  private async renew(): Promise<void> {
    const leases = this.leases();
    if (leases.length === 0) return;
    try {
      const renewed = await this.runs.renew(leases);
      for (const lease of leases) {
        const current = this.held.get(lease.runId);
        if (!renewed.has(lease.runId) && current?.lease === lease) current.lost.abort();
      }
    } catch (error) {
      this.logger.warn('Renewing leases failed', { error, runs: leases.length });
    }
  }
}
