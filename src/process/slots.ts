/** Lets so many pieces of work run at the same time; the others wait their turn, first come, first served. */
export class Slots {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async use<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      // A slot that somebody waits for is handed on, so that no third can come between.
      const next = this.waiting.shift();
      if (next === undefined) this.free++;
      else next();
    }
  }
}
