/** Types that are told apart; the sender may choose them. */
const MOST_TYPES = 1_000;

/** Payloads of a type that are all looked at; a service that has just started learns fast. */
const AT_FIRST = 50;

/** Milliseconds between two looks at a type after that. */
const PAUSE_MS = 5_000;

/** Looks a second at all types together. */
const MOST_PER_SECOND = 20;

/**
 * Says which payloads are worth a look: a sample is enough to see what a type is like, so a flood of events costs no more than a
 * few.
 */
export class LookQuota {
  private readonly types = new Map<string, { looks: number; nextAt: number }>();
  private secondEnds = 0;
  private left = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Counts the look, if there is to be one. */
  take(provider: string, type: string): boolean {
    const now = this.now();
    const known = this.find(`${provider} ${type}`);
    if (known === undefined || now < known.nextAt || !this.takeOfSecond(now)) return false;
    known.looks++;
    if (known.looks >= AT_FIRST) known.nextAt = now + PAUSE_MS;
    return true;
  }

  private find(key: string): { looks: number; nextAt: number } | undefined {
    const known = this.types.get(key);
    if (known !== undefined || this.types.size >= MOST_TYPES) return known;
    const fresh = { looks: 0, nextAt: 0 };
    this.types.set(key, fresh);
    return fresh;
  }

  private takeOfSecond(now: number): boolean {
    if (now >= this.secondEnds) {
      this.secondEnds = now + 1_000;
      this.left = MOST_PER_SECOND;
    }
    return this.left-- > 0;
  }
}
