/** What was opened, to be closed again in the opposite order. */
export class Closers {
  private readonly opened: { name: string; close: () => unknown; withinMs: number }[] = [];

  /** @param withinMs milliseconds after which the next one is closed all the same */
  add(name: string, close: () => unknown, withinMs = 5_000): void {
    this.opened.push({ name, close, withinMs });
  }

  /**
   * Closes everything, whatever fails or takes too long: one that hangs must not keep the others open.
   *
   * @throws {AggregateError} of what failed, when all is done
   */
  async closeAll(): Promise<void> {
    const faults: Error[] = [];
    for (let next = this.opened.pop(); next !== undefined; next = this.opened.pop()) {
      try {
        await within(next.withinMs, Promise.resolve(next.close()));
      } catch (error) {
        faults.push(new Error(`${next.name}: ${error instanceof Error ? error.message : String(error)}`));
      }
    }
    if (faults.length > 0) {
      throw new AggregateError(faults, `Not closed: ${faults.map(({ message }) => message).join('; ')}`);
    }
  }
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
