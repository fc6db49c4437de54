export interface Search {
  /** Is taken for true without a try. */
  readonly from: number;
  readonly to: number;
  readonly tries: number;
  readonly holds: (value: number) => Promise<boolean>;
}

/** The highest value found for which something holds that holds for all lower ones, by halving the interval. */
export async function searchHighest({ from, to, tries, holds }: Search): Promise<number> {
  let [low, high] = [from, to];
  for (let left = tries; left > 0; left--) {
    const middle = (low + high) / 2;
    if (await holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
