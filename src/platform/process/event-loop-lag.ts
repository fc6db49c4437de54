import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Milliseconds from one sample to the next: also the least that can be seen. */
const RESOLUTION_MS = 20;

/** Milliseconds over which it is looked at. */
const WINDOW_MS = 5_000;

const NANOSECONDS_PER_MILLISECOND = 1e6;

/** How late the event loop comes to what is due: everything in this process waits so long. */
export class EventLoopLag {
  private readonly delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private readonly timer: NodeJS.Timeout;
  private lastMs = 0;

  constructor() {
    this.delays.enable();
    this.timer = setInterval(() => this.turn(), WINDOW_MS).unref();
  }

  /** Milliseconds that the loop was at most late, in nearly all (99 of 100) samples of the last window. */
  get p99Ms(): number {
    return this.lastMs;
  }

  stop(): void {
    clearInterval(this.timer);
    this.delays.disable();
  }

  /** A timer that is on time is measured as late as it rests. */
  private turn(): void {
    const delay = this.delays.percentile(99) / NANOSECONDS_PER_MILLISECOND - RESOLUTION_MS;
    this.lastMs = Math.max(0, Math.round(delay));
    this.delays.reset();
  }
}
