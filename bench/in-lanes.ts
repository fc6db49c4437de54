/**
 * Works through all items, so many at the same time.
 *
 * @returns the outcomes, in the order of the items
 */
export async function inLanes<Item, Outcome>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Promise<Outcome>[] = [];
  // All lanes take from the same.
  const left = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of left) await (outcomes[index] = work(item));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return Promise.all(outcomes);
}
