import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import { DATABASE_POOL } from '../platform/database/index.js';
import type { ServiceState } from '../platform/metrics/index.js';
import { SERVICE_STATE } from './service-state.sql.js';

/** Milliseconds after which the state is not worth waiting for. */
const ANSWER_MS = 5_000;

/** Circuits that are told of, those that are not closed first: a circuit may be named by an event. */
const MOST_CIRCUITS = 50;

/** Runs of a status that are counted; a backlog must not make the count of it a burden. */
const MOST_RUNS = 100_000;

/** How much there is of what is open, waits or failed, in one statement. */
@Injectable()
export class ServiceStateReader {
  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  async read(): Promise<ServiceState> {
    const statement = { text: SERVICE_STATE, values: [MOST_CIRCUITS, MOST_RUNS], query_timeout: ANSWER_MS };
    const { rows } = await this.pool.query<ServiceState>(statement);
    if (rows[0] === undefined) throw new Error('The database told nothing of the state');
    return rows[0];
  }
}
