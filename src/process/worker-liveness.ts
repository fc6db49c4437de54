import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunProcessor } from './run-processor.js';

/** Token of the map from a provider's name to the queue that this process works on. */
export const WORKED_QUEUES = Symbol('WORKED_QUEUES');

/** Milliseconds from one look at the queues to the next. */
const LOOK_MS = 5_000;

/** So many looks in a row must find a worker idle in front of its work: a minute. A frozen process makes none. */
const IDLE_LOOKS = 12;

/** Milliseconds for the queue to answer; one that is away is no fault of the worker. */
const ANSWER_MS = 3_000;

/**
 * Knows a worker that has stopped taking jobs, which only a restart mends: its queue is there and not paused, jobs
 * wait in it, this process could execute more, and yet nothing starts.
 *
 * BullMQ's own `isRunning()` does not tell: after an outage of Redis it can stay true for ever.
 *
 * @see https://github.com/taskforcesh/bullmq/issues/4585
 */
@Injectable()
export class WorkerLiveness implements OnApplicationBootstrap, OnModuleDestroy {
  /** By provider, how many looks in a row found its worker idle in front of its work. */
  private readonly idleLooks = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(
    @Inject(RunProcessor) private readonly processor: { readonly freeSlots: number },
    @Inject(WORKED_QUEUES) private readonly queues: ReadonlyMap<string, Queue>,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), LOOK_MS);
  }

  /** A worker that drains takes nothing. */
  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.idleLooks.clear();
  }

  /** Is to be told of every job that this process takes. */
  started(provider: string): void {
    this.idleLooks.delete(provider);
  }

  /** Providers whose worker has stopped. Answers from memory, so no server can hold the answer up. */
  stalledProviders(): string[] {
    return [...this.idleLooks].filter(([, looks]) => looks >= IDLE_LOOKS).map(([provider]) => provider);
  }

  /** Looks at all queues once; not while the look before still waits for its answer. */
  async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    await Promise.all([...this.queues].map(([provider, queue]) => this.lookAt(provider, queue)));
    this.looking = false;
  }

  private async lookAt(provider: string, queue: Queue): Promise<void> {
    const looksBefore = this.idleLooks.get(provider);
    const isIdle = this.processor.freeSlots > 0 && (await hasWork(queue));
    // A job that started meanwhile has ended the row.
    if (!isIdle) this.idleLooks.delete(provider);
    else if (this.idleLooks.get(provider) === looksBefore)
      this.idleLooks.set(provider, (looksBefore ?? 0) + 1);
  }
}

/** False as well if the queue does not answer. */
async function hasWork(queue: Queue): Promise<boolean> {
  const answered = new AbortController();
  try {
    return await Promise.race([
      Promise.all([queue.isPaused(), queue.getWaitingCount()]).then(
        ([isPaused, waiting]) => !isPaused && waiting > 0,
      ),
      sleep(ANSWER_MS, false, { signal: answered.signal }),
    ]);
  } catch {
    return false;
  } finally {
    answered.abort();
  }
}
