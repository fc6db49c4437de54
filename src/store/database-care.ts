import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import pg from 'pg';
import { CONFIG, type Config } from '../platform/config/index.js';
import { DATABASE_POOL, inTransaction } from '../platform/database/index.js';

/** Milliseconds for counting what is dropped, which may be many millions of rows. */
const RETIREMENT_TIMEOUT_MS = 600_000;

/** A month of payloads that retention has looked at. */
export interface RetiredPartition {
  readonly partition: string;
  readonly rows: number;
  readonly bytes: number;
  /** false if a run of that month is still open. */
  readonly retired: boolean;
}

/** Keeps the partitions of the database ready, and drops those that are no longer kept. */
@Injectable()
export class DatabaseCare implements OnModuleInit {
  constructor(
    @Inject(DATABASE_POOL) private readonly pool: pg.Pool,
    @Inject(CONFIG) private readonly config: Pick<Config, 'payloadRetentionMonths'>,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.ensurePartitions();
  }

  /** Makes the payload partitions of this month and the two that follow. */
  async ensurePartitions(): Promise<void> {
    await this.pool.query('SELECT ensure_payload_partitions(2)');
  }

  /** Drops the payloads of months that ended longer ago than they are kept; the audit says which. */
  async retirePayloads(): Promise<readonly RetiredPartition[]> {
    const months = this.config.payloadRetentionMonths;
    if (months === 0) return [];
    return inTransaction(this.pool, async (client) => {
      await client.query(`SET LOCAL statement_timeout = ${RETIREMENT_TIMEOUT_MS}`);
      const { rows } = await client.query<RetiredPartition>({
        text: `SELECT partition, row_count::float8 AS rows, byte_count::float8 AS bytes, retired
               FROM retire_payloads(
                 ((now() AT TIME ZONE 'UTC') - make_interval(months => $1))::date, 'service:retention')`,
        values: [months],
        query_timeout: RETIREMENT_TIMEOUT_MS,
      } as pg.QueryConfig);
      return rows;
    });
  }
}
