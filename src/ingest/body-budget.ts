/** Bytes that a request takes beside its body, roughly. Without it, bodies of two bytes would have no limit. */
const REQUEST_OVERHEAD = 8 * 1024;

/**
 * How many bytes of bodies may be on their way or in hand at the same time. Bodies are read before their
 * signatures can be verified, so without it strangers could fill the memory.
 */
export class BodyBudget {
  /** Bytes of each source that has some. */
  private readonly taken = new Map<string, number>();
  private free: number;
  private readonly share: number;

  /**
   * @param bytes for all together
   * @param portion of it that one source may take at most, so that none can shut out all others
   */
  constructor(bytes: number, portion: number) {
    this.free = bytes;
    this.share = bytes * portion;
  }

  /** @returns gives back what was taken; undefined if so much is not left, and nothing was taken */
  take(source: string, bodyBytes: number): (() => void) | undefined {
    const bytes = bodyBytes + REQUEST_OVERHEAD;
    if (bytes > this.free || this.takenBy(source) + bytes > this.share) return undefined;
    this.add(source, bytes);
    return () => {
      this.add(source, -bytes);
    };
  }

  private takenBy(source: string): number {
    return this.taken.get(source) ?? 0;
  }

  private add(source: string, bytes: number): void {
    this.free -= bytes;
    const taken = this.takenBy(source) + bytes;
    if (taken === 0) this.taken.delete(source);
    else this.taken.set(source, taken);
  }
}
