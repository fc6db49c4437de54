/** Is told how rounds went, as an `Outage` wants it. */
export interface RoundObserver {
  feel(error: unknown): void;
  end(): void;
}

/** A task that is done again and again, never twice at a time. The round after a failure may succeed. */
export class Rounds {
  private timer: NodeJS.Timeout | undefined;
  private inHand: Promise<void> | undefined;
  private isStopped = false;

  constructor(
    private readonly task: () => Promise<unknown>,
    private readonly observer: RoundObserver,
  ) {}

  /** @param may says each time whether a round is to begin */
  start(intervalMs: number, may: () => boolean = () => true): void {
    this.timer = setInterval(() => {
      if (may()) void this.run();
    }, intervalMs);
  }

  get stopped(): boolean {
    return this.isStopped;
  }

  /** Begins none any more, and resolves when the one in hand is over. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.inHand;
  }

  /** Begins a round, or joins the one in hand. Never fails. */
  run(): Promise<void> {
    return (this.inHand ??= this.once());
  }

  private async once(): Promise<void> {
    try {
      await this.task();
      this.observer.end();
    } catch (error) {
      this.observer.feel(error);
    } finally {
      this.inHand = undefined;
    }
  }
}
