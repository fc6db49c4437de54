import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import { DATABASE_POOL } from '../platform/database/index.js';
import type { ServiceState } from '../platform/metrics/index.js';
import { OLDEST_WAITING, SERVICE_STATE } from './service-state.sql.js';

/** Milliseconds after which the state is not worth waiting for. */
const ANSWER_MS = 5_000;

/** Circuits that are told of, those that are not closed first: a circuit may be named by an event. */
const MOST_CIRCUITS = 50;

/** Runs of a status that are counted; a backlog must not make the count of it a burden. */
const MOST_RUNS = 100_000;

/** Tells how much there is of what is open, waits or failed. */
@Injectable()
export class ServiceStateReader {
  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  /** All of it, in one statement. */
  async read(): Promise<ServiceState> {
    const statement = { text: SERVICE_STATE, values: [MOST_CIRCUITS, MOST_RUNS], query_timeout: ANSWER_MS };
    const { rows } = await this.pool.query<ServiceState>(statement);
    if (rows[0] === undefined) throw new Error('The database told nothing of the state');
    return rows[0];
  }

  /** Seconds for which the run has been due that has waited longest for a worker; 0 if none waits. */
  async readOldestWaiting(): Promise<number> {
    const statement = { text: OLDEST_WAITING, values: [MOST_RUNS], query_timeout: ANSWER_MS };
    const { rows } = await this.pool.query<{ seconds: number }>(statement);
    return rows[0]?.seconds ?? 0;
  }
}
