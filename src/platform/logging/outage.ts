import type { Logger } from 'winston';

/** Milliseconds between two lines about the same outage. */
const REMINDER_MS = 30_000;

/** Tells of an outage when it begins, now and then while it lasts, and when it is over; not each time it is felt. */
export class Outage {
  private toldAt: number | undefined;
  private felt = 0;

  constructor(
    private readonly logger: Logger,
    private readonly message: string,
  ) {}

  feel(error: unknown): void {
    this.felt++;
    if (this.toldAt !== undefined && performance.now() - this.toldAt < REMINDER_MS) return;
    this.logger.warn(this.message, { error, times: this.felt });
    this.toldAt = performance.now();
  }

  end(): void {
    if (this.toldAt === undefined) return;
    this.logger.info(`${this.message}: over`, { times: this.felt });
    this.toldAt = undefined;
    this.felt = 0;
  }
}
