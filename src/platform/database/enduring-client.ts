import pg from 'pg';

/**
 * A connection whose loss ends nothing but itself: without a listener its error would end the process. A pool listens to
 * those alone that are idle; of one that is lost between two statements, the next statement tells, and the pool drops it.
 */
export class EnduringClient extends pg.Client {
  constructor(options?: string | pg.ClientConfig) {
    super(options);
    this.on('error', () => undefined);
  }
}
