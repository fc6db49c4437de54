import { WinstonLogger } from 'nest-winston';

/** For Nest: what it tells as a matter of routine is worth a line only when one looks for it. */
export class FrameworkLogger extends WinstonLogger {
  override log(message: unknown, context?: string): void {
    this.getWinstonLogger().debug(String(message), { context });
  }
}
