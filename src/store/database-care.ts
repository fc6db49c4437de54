import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import pg from 'pg';
import { DATABASE_POOL } from '../platform/database/index.js';

/** Looks whether the database answers, and keeps its partitions ready. */
@Injectable()
export class DatabaseCare implements OnModuleInit {
  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  async onModuleInit(): Promise<void> {
    await this.ensurePartitions();
  }

  async ping(): Promise<void> {
    await this.pool.query('SELECT 1');
  }

  /** Makes the payload partitions of this month and the two that follow. */
  async ensurePartitions(): Promise<void> {
    await this.pool.query('SELECT ensure_payload_partitions(2)');
  }
}
