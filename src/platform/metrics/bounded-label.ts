/** The value of a label for everything that there is no value for. */
export const OTHER = 'other';

/**
 * A label whose values come from outside: the first so many that come are told apart, all that come later are one.
 * Every value is a time series for as long as the process lives, so no sender may make as many as it likes.
 */
export class BoundedLabel {
  private readonly known: Set<string>;

  /** @param reserved values that are told apart whatever came before */
  constructor(
    private readonly most: number,
    reserved: Iterable<string> = [],
  ) {
    this.known = new Set(reserved);
  }

  valueFor(text: string): string {
    if (this.known.has(text)) return text;
    if (this.known.size >= this.most) return OTHER;
    this.known.add(text);
    return text;
  }
}
