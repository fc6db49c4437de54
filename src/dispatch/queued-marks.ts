import type { Outage } from '../platform/logging/index.js';
import type { DispatchStore, MadeJob } from '../store/index.js';

/** Milliseconds for a worker to take a job, and with it the mark: in good times most are taken within them. */
const TAKEN_WITHIN_MS = 500;

/**
 * Marks runs as queued, some time after their jobs were made. The claim of a run writes the mark along, so only runs that
 * wait longer cost a statement of their own; and none has its row locked just when its job comes to a worker.
 *
 * A run whose mark is lost is found by the sweeper, and its job is there already.
 */
export class QueuedMarks {
  private waiting: MadeJob[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: DispatchStore,
    private readonly outage: Outage,
  ) {}

  /** Returns at once. */
  add(jobs: readonly MadeJob[]): void {
    this.waiting.push(...jobs);
    this.timer ??= setTimeout(() => void this.write(), TAKEN_WITHIN_MS).unref();
  }

  /** The queue may have lost the jobs that wait for their mark. */
  drop(): void {
    this.waiting = [];
  }

  /** Writes what waits, without waiting any longer. Tells of what is in the way, and drops it. */
  async write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const jobs = this.waiting;
    this.waiting = [];
    if (jobs.length === 0) return;
    try {
      await this.store.markQueued(jobs);
    } catch (error) {
      this.outage.feel(error);
    }
  }
}
