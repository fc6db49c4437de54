import type { Logger } from 'winston';
import type { LogIds } from './log-ids.js';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;

export type LogLevelName = (typeof LOG_LEVELS)[number];

/** What is logged at present, and until when, if it has been changed for a while. */
export interface LogLevelState {
  readonly level: LogLevelName;
  readonly configured: LogLevelName;
  readonly until: Date | null;
}

const MINUTE_MS = 60_000;

/** How much this process logs. It can be changed for a while and then goes back by itself: who looked has gone. */
export class LogLevel {
  private level: LogLevelName;
  private until: Date | null = null;
  private goingBack: NodeJS.Timeout | undefined;

  constructor(
    private readonly logger: Logger,
    private readonly configured: LogLevelName,
  ) {
    this.level = configured;
  }

  get state(): LogLevelState {
    const { level, configured, until } = this;
    return { level, configured, until };
  }

  /**
   * @param minutes after which it is the configured one again
   * @param ids of the request that changes it
   */
  change(level: LogLevelName, minutes: number, ids: LogIds = {}): LogLevelState {
    clearTimeout(this.goingBack);
    this.until = level === this.configured ? null : new Date(Date.now() + minutes * MINUTE_MS);
    if (this.until !== null) {
      this.goingBack = setTimeout(() => this.change(this.configured, 0, ids), minutes * MINUTE_MS).unref();
    }
    // Told at a level that is there before as after.
    this.logger.level = 'info';
    this.logger.info('Log level changed', { ...ids, from: this.level, to: level, until: this.until });
    this.level = this.logger.level = level;
    return this.state;
  }
}
