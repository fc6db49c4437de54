/** Items that go to the database in one statement. */
const MOST_IN_A_GROUP = 200;

/**
 * Does at once what was asked for while the groups before were on their way.
 *
 * @param handle takes a group, and gives an outcome for each of its items, in their order
 * @param inFlight how many groups may be on their way
 */
export function grouped<Item, Outcome>(
  handle: (items: readonly Item[]) => Promise<readonly Outcome[]>,
  inFlight: number,
): (item: Item) => Promise<Outcome> {
  const waiting: { item: Item; resolve: (outcome: Outcome) => void; reject: (error: unknown) => void }[] = [];
  let flying = 0;
  const flush = async (): Promise<void> => {
    flying++;
    // What comes in the same turn of the event loop goes along.
    await new Promise(setImmediate);
    while (waiting.length > 0) {
      const group = waiting.splice(0, MOST_IN_A_GROUP);
      try {
        const outcomes = await handle(group.map(({ item }) => item));
        group.forEach(({ resolve }, index) => resolve(outcomes[index] as Outcome));
      } catch (error) {
        group.forEach(({ reject }) => reject(error));
      }
    }
    flying--;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (flying < inFlight) void flush();
    });
}
