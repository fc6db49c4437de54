/** Every value below is counted exactly; above, each power of two has half as many buckets: an error under 1 %. */
const EXACT_MICROS = 256;
const STEPS = EXACT_MICROS / 2;
const STEP_BITS = Math.log2(STEPS);

/** Half an hour, which no reply takes. */
const LONGEST_MICROS = 2 ** 31 - 1;

/** Counts of latencies, in bounded memory however many there are. */
export class Latencies {
  private readonly counts = new Map<number, number>();
  private total = 0;

  /** @param counted as `entries` gave it */
  static of(counted: readonly (readonly [number, number])[]): Latencies {
    const latencies = new Latencies();
    for (const [bucket, count] of counted) latencies.add(bucket, count);
    return latencies;
  }

  get count(): number {
    return this.total;
  }

  /** How many there are in each bucket, to be sent to another process. */
  get entries(): readonly (readonly [number, number])[] {
    return [...this.counts];
  }

  record(milliseconds: number): void {
    const micros = Math.min(Math.max(0, Math.round(milliseconds * 1_000)), LONGEST_MICROS);
    this.add(bucketOf(micros), 1);
  }

  /**
   * The milliseconds that a share of all stayed within; NaN if there are none.
   *
   * @param share from 0 to 1
   */
  quantile(share: number): number {
    let left = Math.max(1, Math.ceil(share * this.total));
    for (const [bucket, count] of [...this.counts].sort(([one], [other]) => one - other)) {
      left -= count;
      if (left <= 0) return highestOf(bucket) / 1_000;
    }
    return NaN;
  }

  private add(bucket: number, count: number): void {
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + count);
    this.total += count;
  }
}

function bucketOf(micros: number): number {
  if (micros < EXACT_MICROS) return micros;
  const shift = 31 - Math.clz32(micros) - STEP_BITS;
  return shift * STEPS + (micros >>> shift);
}

function highestOf(bucket: number): number {
  if (bucket < EXACT_MICROS) return bucket;
  const shift = Math.floor(bucket / STEPS) - 1;
  return (bucket - shift * STEPS + 1) * 2 ** shift - 1;
}
