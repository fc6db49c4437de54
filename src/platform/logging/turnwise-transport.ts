import { MESSAGE } from 'triple-beam';
import Transport from 'winston-transport';

/**
 * Hands a transport all lines of one turn of the event loop at once, when it has taken those before: under load a write
 * for each would cost more than all the rest of the log.
 */
export class TurnwiseTransport extends Transport {
  private lines: string[] = [];
  private taking = false;
  private readonly flushLines = (): void => this.flush();

  /** @param options level and format, which the target then needs not have */
  constructor(
    private readonly target: Transport,
    options: Transport.TransportStreamOptions = {},
  ) {
    super(options);
    target.on('error', (error) => this.emit('error', error));
    // Of a process that ends in its midst the last lines tell why.
    process.on('exit', this.flushLines);
  }

  override log(info: { readonly [MESSAGE]: string }, next: () => void): void {
    if (this.lines.push(info[MESSAGE]) === 1 && !this.taking) setImmediate(this.flushLines);
    next();
  }

  override _final(done: () => void): void {
    process.off('exit', this.flushLines);
    this.flush();
    this.target.once('finish', done);
    this.target.end();
  }

  private flush(): void {
    if (this.lines.length === 0) return;
    const text = this.lines.join('\n');
    this.lines = [];
    this.taking = true;
    this.target.log?.({ [MESSAGE]: text }, () => {
      this.taking = false;
      this.flush();
    });
  }
}
