import { Inject, Injectable, type OnModuleInit, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'winston';
import { databaseFault } from '../platform/database/index.js';
import { LOGGER } from '../platform/logging/index.js';
import { WORKER } from '../platform/process/index.js';
import { RunStore, type Lease } from '../store/index.js';

/** A lease lasts 10 s, so two renewals may fail before it is lost. */
const RENEW_MS = 3_000;

/** Milliseconds from one try to give runs back to the next, while the database is away. */
const GIVE_BACK_MS = 500;

/**
 * So often in a row a run is given back. What fails more often than that fails with the database at hand, such as a
 * statement that takes too long each time; it is left to its lease, and counts as a crash.
 */
const MAX_GIVE_BACKS = 5;

/**
 * Holds the leases of the runs that this process executes: one statement renews them all.
 *
 * A run whose attempt came to nothing because the database was away is given back as soon as it answers. Without that
 * its lease would run out, and an outage would count as a crash.
 */
@Injectable()
export class LeaseKeeper implements OnModuleInit, OnApplicationShutdown {
  private readonly held = new Map<string, { lease: Lease; lost: AbortController }>();
  private readonly idleWaiters: (() => void)[] = [];
  private readonly stranded = new Map<string, Lease>();
  private readonly giveBacks = new Map<string, number>();
  private givingBack: Promise<void> | undefined;
  private readonly timers: NodeJS.Timeout[] = [];
  private interrupted = false;

  constructor(
    private readonly runs: RunStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.timers.push(
      setInterval(() => void this.renew(), RENEW_MS),
      // While the database is away, the next turn tries again.
      setInterval(() => void this.giveBackStranded().catch(() => undefined), GIVE_BACK_MS),
    );
  }

  onApplicationShutdown(): void {
    this.timers.forEach(clearInterval);
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
      const result = await work(lost.signal);
      this.giveBacks.delete(lease.runId);
      return result;
    } catch (error) {
      if (databaseFault(error) === 'unavailable') this.strand(lease);
      throw error;
    } finally {
      if (this.held.get(lease.runId)?.lease === lease) this.held.delete(lease.runId);
      if (this.held.size === 0) this.idleWaiters.splice(0).forEach((resolve) => resolve());
    }
  }

  /** Leases of the runs that are in hand. */
  leases(): Lease[] {
    return [...this.held.values()].map(({ lease }) => lease);
  }

  /** Resolves as soon as no run is in hand. */
  async idle(): Promise<void> {
    if (this.held.size > 0) await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
  }

  /** Tells all runs, those in hand and those to come, to begin no further step. */
  interrupt(): void {
    this.interrupted = true;
    for (const { lost } of this.held.values()) lost.abort();
  }

  private strand(lease: Lease): void {
    const times = (this.giveBacks.get(lease.runId) ?? 0) + 1;
    this.giveBacks.set(lease.runId, times);
    if (times <= MAX_GIVE_BACKS) this.stranded.set(lease.runId, lease);
  }

  /**
   * Gives back the runs that an outage of the database took out of hand. Before the next claim, since a claim after
   * the end of the lease would count as a takeover from a crashed worker.
   *
   * @throws what the database throws; then they are given back later
   */
  async giveBackStranded(): Promise<void> {
    if (this.stranded.size === 0) return;
    this.givingBack ??= this.giveBack([...this.stranded.values()]).finally(
      () => (this.givingBack = undefined),
    );
    await this.givingBack;
  }

  /** A lease that is void changes nothing: what the outage hid may have been written all the same. */
  private async giveBack(leases: readonly Lease[]): Promise<void> {
    await this.runs.release(leases, WORKER);
    for (const lease of leases) {
      if (this.stranded.get(lease.runId) === lease) this.stranded.delete(lease.runId);
    }
    this.logger.info('Gave back runs that an outage of the database had interrupted', {
      runs: leases.length,
    });
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
