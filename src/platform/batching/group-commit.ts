/** Limits of a {@link GroupCommit}. */
export interface GroupLimits {
  /** Rows in one flush. */
  readonly rows: number;
  /** Bytes in one flush. A single item that is larger, or has more rows, is flushed alone. */
  readonly bytes: number;
  /** Flushes at the same time. */
  readonly flushes: number;
  /** Bytes that may wait for a flush; what comes on top is turned away. By default, nothing is. */
  readonly waitingBytes?: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly bytes: number;
  readonly rows: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets concurrent callers share one flush, such as one multi-row INSERT.
 *
 * There is no timer: an item that comes while a flush is free goes at once, with whatever came in the
 * same turn of the event loop; while all flushes are busy, items gather, so groups grow with the load.
 */
export class GroupCommit<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private waitingBytes = 0;
  private flushing = 0;
  private scheduled = false;

  /**
   * @param flush writes the items and gives one result for each, in their order; when it throws,
   *   every caller of the group gets the error
   * @param keyOf names what no two items of one flush may share, such as the row that they write
   */
  constructor(
    private readonly flush: (items: readonly Item[]) => Promise<readonly Result[]>,
    private readonly limits: GroupLimits,
    private readonly keyOf?: (item: Item) => string,
  ) {}

  /**
   * Resolves with the item's result after its group was flushed.
   *
   * @param rows that the item becomes
   * @returns undefined, at once, when so much is waiting already that the item is turned away
   */
  add(item: Item, bytes: number, rows = 1): Promise<Result> | undefined {
    const isFull =
      this.waiting.length > 0 && this.waitingBytes + bytes > (this.limits.waitingBytes ?? Infinity);
    return isFull ? undefined : this.join(item, bytes, rows);
  }

  /** As {@link add}, however much is waiting: for callers of whom there are only so many. */
  join(item: Item, bytes: number, rows = 1): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, bytes, rows, resolve, reject });
      this.waitingBytes += bytes;
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.scheduled || this.flushing >= this.limits.flushes) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      while (this.waiting.length > 0 && this.flushing < this.limits.flushes) void this.flushGroup();
    });
  }

  private async flushGroup(): Promise<void> {
    const group = this.takeGroup();
    this.flushing++;
    try {
      const results = await this.flush(group.map(({ item }) => item));
      group.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result === undefined) reject(new Error('A flush gave fewer results than it had items'));
        else resolve(result);
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      this.flushing--;
      if (this.waiting.length > 0) this.schedule();
    }
  }

  private takeGroup(): Waiting<Item, Result>[] {
    const { limits } = this;
    let count = 0;
    let rows = 0;
    let bytes = 0;
    const keys = new Set<string>();
    for (const next of this.waiting) {
      if (count > 0 && (rows + next.rows > limits.rows || bytes + next.bytes > limits.bytes)) break;
      if (this.keyOf !== undefined) {
        const key = this.keyOf(next.item);
        if (keys.has(key)) break;
        keys.add(key);
      }
      count++;
      rows += next.rows;
      bytes += next.bytes;
    }
    this.waitingBytes -= bytes;
    return this.waiting.splice(0, count);
  }
}
