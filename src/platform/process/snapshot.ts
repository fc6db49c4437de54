import { setTimeout as sleep } from 'node:timers/promises';

/** After a question, so many times as long as it took nothing is asked, within limits: what is slow is not made slower. */
const REST = 9;

export interface SnapshotTimes {
  /** Milliseconds for which a reading is as good as a new one. */
  readonly freshMs: number;
  /** Milliseconds after a slow question in which nothing is asked, at most: what has hung for long may be well at once. */
  readonly restMs: number;
  /** Milliseconds after which a reading is told to nobody any more. */
  readonly staleMs: number;
}

/** Why the last question has no answer: it failed, it is still open, or there was none. */
export type Obstacle = 'failed' | 'silent' | 'unasked';

/**
 * A reading of something that may hang, for those who cannot wait and who may be many: one question at a time, none
 * while the last answer is fresh, a tenth of the time in general, and whoever asks meanwhile gets the last answer.
 */
export class Snapshot<Value> {
  private last: { value: Value; at: number } | undefined;
  private nextAt = -Infinity;
  private reading: Promise<void> | undefined;
  private askedAt = -Infinity;
  private failed = false;

  constructor(
    private readonly read: () => Promise<Value>,
    private readonly times: SnapshotTimes,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Reads anew if that is due, and waits for it, but not for long: what hangs already is not waited for. Never fails. */
  async refresh(withinMs: number): Promise<void> {
    if (this.reading === undefined && this.now() >= this.nextAt) this.reading = this.readOnce();
    if (this.reading === undefined) return;
    const waited = new AbortController();
    const patienceMs = Math.max(0, this.askedAt + withinMs - this.now());
    const late = sleep(patienceMs, undefined, { signal: waited.signal }).catch(() => undefined);
    await Promise.race([this.reading, late]);
    waited.abort();
  }

  /** The last reading, unless it is too old. */
  get value(): Value | undefined {
    return this.ageMs <= this.times.staleMs ? this.last?.value : undefined;
  }

  /** Milliseconds since the last reading; Infinity if there was none. */
  get ageMs(): number {
    return this.last === undefined ? Infinity : this.now() - this.last.at;
  }

  /** Undefined if the last question has an answer. */
  get obstacle(): Obstacle | undefined {
    if (this.reading !== undefined) return 'silent';
    if (this.failed) return 'failed';
    return this.last === undefined ? 'unasked' : undefined;
  }

  /** Whether the last question was answered. */
  get isUp(): boolean {
    return this.obstacle === undefined;
  }

  private async readOnce(): Promise<void> {
    this.askedAt = this.now();
    try {
      this.last = { value: await this.read(), at: this.now() };
      this.failed = false;
    } catch {
      this.failed = true;
    } finally {
      const { freshMs, restMs } = this.times;
      const tookMs = this.now() - this.askedAt;
      this.nextAt = Math.max(this.askedAt + freshMs, this.now() + Math.min(REST * tookMs, restMs));
      this.reading = undefined;
    }
  }
}
