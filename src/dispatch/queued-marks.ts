import { setTimeout as sleep } from 'node:timers/promises';
import type { Outage } from '../platform/logging/index.js';
import type { DispatchStore, MadeJob } from '../store/index.js';

/** Milliseconds for a worker to take a job, and with it the mark: in good times most are taken within them. */
const TAKEN_WITHIN_MS = 500;

/** Milliseconds from one statement to the next. Seldom and for many, they would hold up what is recorded meanwhile. */
const WRITE_EVERY_MS = 50;

/**
 * Marks runs as queued, some time after their jobs were made. The claim of a run writes the mark along, so only runs that
 * wait longer cost a statement of their own; and none has its row locked just when its job comes to a worker.
 *
 * A run whose mark is lost is found by the sweeper, and its job is there already.
 */
export class QueuedMarks {
  /** The oldest first. */
  private waiting: { readonly jobs: readonly MadeJob[]; readonly dueAt: number }[] = [];
  private writing: Promise<void> | undefined;

  constructor(
    private readonly store: DispatchStore,
    private readonly outage: Outage,
  ) {}

  /** Returns at once. */
  add(jobs: readonly MadeJob[]): void {
    this.waiting.push({ jobs, dueAt: performance.now() + TAKEN_WITHIN_MS });
    this.writing ??= this.writeInTurn();
  }

  /** The queue may have lost the jobs that wait for their mark. */
  drop(): void {
    this.waiting = [];
  }

  /** Writes all that waits, without waiting any longer. Tells of what is in the way, and drops it. */
  async write(): Promise<void> {
    await this.writeDue(Infinity);
  }

  private async writeInTurn(): Promise<void> {
    while (this.waiting.length > 0) {
      await sleep(WRITE_EVERY_MS, undefined, { ref: false });
      await this.writeDue(performance.now());
    }
    this.writing = undefined;
  }

  private async writeDue(now: number): Promise<void> {
    const due = this.waiting.filter(({ dueAt }) => dueAt <= now);
    if (due.length === 0) return;
    this.waiting = this.waiting.slice(due.length);
    try {
      await this.store.markQueued(due.flatMap(({ jobs }) => jobs));
    } catch (error) {
      this.outage.feel(error);
    }
  }
}
