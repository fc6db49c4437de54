import type { Logger } from 'winston';

const MINUTE_MS = 60_000;

/**
 * Lets so many lines through in a minute, and says with the next one how many it has left out: strangers decide how
 * often they are refused, but not how much is logged about it.
 */
export class LogQuota {
  private minuteEnds = 0;
  private linesLeft = 0;
  private leftOut = 0;

  constructor(
    private readonly logger: Logger,
    private readonly linesPerMinute: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  warn(message: string, fields: Readonly<Record<string, unknown>>): void {
    const now = this.now();
    if (now >= this.minuteEnds) {
      this.minuteEnds = now + MINUTE_MS;
      this.linesLeft = this.linesPerMinute;
    }
    if (this.linesLeft === 0) {
      this.leftOut++;
      return;
    }
    this.linesLeft--;
    this.logger.warn(message, { ...fields, ...(this.leftOut > 0 && { leftOut: this.leftOut }) });
    this.leftOut = 0;
  }
}
