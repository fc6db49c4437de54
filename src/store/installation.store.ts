import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import { DATABASE_POOL } from '../platform/database/index.js';

/** What PostgreSQL knows of the queue. */
export interface QueueConfirmation {
  /** The queue holds this epoch or a later one, unless it has lost something. */
  readonly epoch: number;
  /** When the queue was last known to hold it; undefined if it was never used. */
  readonly at: Date | undefined;
}

const READ = `SELECT queue_epoch::float8 AS epoch, queue_confirmed_at AS at FROM installation`;

/** $1 epoch. Of two that confirm at the same time, the later epoch stays. */
const CONFIRM = `
  UPDATE installation SET queue_epoch = $1, queue_confirmed_at = now() WHERE queue_epoch < $1`;

/** What the database knows of itself and of its queue. */
@Injectable()
export class InstallationStore {
  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  async queueConfirmation(): Promise<QueueConfirmation> {
    const { rows } = await this.pool.query<{ epoch: number; at: Date | null }>(READ);
    if (rows[0] === undefined) throw new Error('The row of the table installation is missing');
    return { epoch: rows[0].epoch, at: rows[0].at ?? undefined };
  }

  /** The time by the clock of the database, to the microsecond. */
  async readClock(): Promise<string> {
    const { rows } = await this.pool.query<{ now: string }>('SELECT clock_timestamp()::text AS now');
    return rows[0]?.now ?? '';
  }

  /** Writes down that the queue holds the epoch. */
  async confirmQueue(epoch: number): Promise<void> {
    await this.pool.query(CONFIRM, [epoch]);
  }
}

/** The id of the database, made with its tables. A copy of a database has the same one. */
export async function readInstallationId(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM installation');
  if (rows[0] === undefined) throw new Error('The row of the table installation is missing');
  return rows[0].id;
}
