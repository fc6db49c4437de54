import { Redis } from 'ioredis';

/**
 * Sends the commands of one turn of the event loop in one go: a write of its own costs each of them more than all else
 * that is done for it, and what is sent together is answered together.
 *
 * Only for this connection: its duplicate, on which a worker waits for jobs, sends one command at a time anyway.
 *
 * Not by the client's automatic pipelines: of one that is half answered when its connection is lost, the rest fails
 * (https://github.com/redis/ioredis#autopipelining).
 */
export class TurnwiseRedis extends Redis {
  private isCorked = false;

  override sendCommand(...command: Parameters<Redis['sendCommand']>): unknown {
    this.cork();
    return super.sendCommand(...command);
  }

  private cork(): void {
    // Before the first connection there is none.
    const stream = this.stream as Redis['stream'] | undefined;
    if (this.isCorked || stream === undefined) return;
    this.isCorked = true;
    stream.cork();
    // After what promises send in this turn, where one of them was the first to do so.
    process.nextTick(() => {
      this.isCorked = false;
      stream.uncork();
    });
  }
}
