interface Waiting {
  readonly slots: number;
  readonly start: () => void;
}

/** Lets so many pieces of work run at the same time; the others wait their turn, first come, first served. */
export class Slots {
  private readonly waiting: Waiting[] = [];
  private used = 0;

  constructor(private readonly capacity: number) {}

  /** How many slots are taken. */
  get busy(): number {
    return this.used;
  }

  /** How many more pieces of one slot would start at once. */
  get free(): number {
    return this.waiting.length > 0 ? 0 : this.capacity - this.used;
  }

  async use<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.hold(1, work);
  }

  /** Runs the work when nothing else runs, and nothing else until it has ended. */
  async useAll<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.hold(this.capacity, work);
  }

  private async hold<Result>(slots: number, work: () => Promise<Result>): Promise<Result> {
    await new Promise<void>((start) => {
      this.waiting.push({ slots, start });
      this.startNext();
    });
    try {
      return await work();
    } finally {
      this.used -= slots;
      this.startNext();
    }
  }

  private startNext(): void {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      if (this.used + next.slots > this.capacity) return;
      this.used += next.slots;
      this.waiting.shift();
      next.start();
    }
  }
}
