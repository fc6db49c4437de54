import { WINDOW_MS, type Counts, type Outcome } from './circuit-rule.js';

/** Milliseconds whose outcomes are counted together. */
const SLICE_MS = 1_000;

interface Slice {
  readonly from: number;
  readonly all: Record<Outcome, number>;
  /** Those of them that were not taken yet. */
  readonly untaken: Record<Outcome, number>;
}

/** The outcomes of the last {@link WINDOW_MS}, counted by the second. */
export class OutcomeWindow {
  private slices: Slice[] = [];

  /** @param now milliseconds of any clock that only goes forward */
  add(outcome: Outcome, now: number): void {
    const slice = this.sliceOf(now);
    slice.all[outcome]++;
    slice.untaken[outcome]++;
  }

  counts(now: number): Counts {
    this.forget(now);
    return sum(this.slices.map(({ all }) => all));
  }

  untaken(now: number): Counts {
    this.forget(now);
    return sum(this.slices.map(({ untaken }) => untaken));
  }

  /** Gives each outcome once. */
  take(now: number): Counts {
    const taken = this.untaken(now);
    for (const { untaken } of this.slices) untaken.success = untaken.failure = 0;
    return taken;
  }

  clear(): void {
    this.slices = [];
  }

  private sliceOf(now: number): Slice {
    this.forget(now);
    const last = this.slices.at(-1);
    if (last !== undefined && now - last.from < SLICE_MS) return last;
    const slice = { from: now, all: { success: 0, failure: 0 }, untaken: { success: 0, failure: 0 } };
    this.slices.push(slice);
    return slice;
  }

  private forget(now: number): void {
    while (this.slices[0] !== undefined && now - this.slices[0].from >= WINDOW_MS) this.slices.shift();
  }
}

function sum(counts: readonly Record<Outcome, number>[]): Counts {
  return {
    successes: counts.reduce((total, { success }) => total + success, 0),
    failures: counts.reduce((total, { failure }) => total + failure, 0),
  };
}
