import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import { DATABASE_POOL } from '../platform/database/index.js';
import { MIGRATIONS } from './migrations/index.js';
import { listMigrations } from './migrations/read-migrations.js';

/** How the schema of the database differs from the one that this build was made for, by names of migrations. */
export interface SchemaDifference {
  /** That the database has not had: it was restored from before them, say. */
  readonly missing: readonly string[];
  /** That this build does not know: a newer one has started beside it. */
  readonly unknown: readonly string[];
}

/** Looks whether the database answers, and whether its schema is still ours. */
@Injectable()
export class DatabaseSchemaReader {
  private ours: readonly string[] | undefined;

  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  /** @throws what the database throws */
  async compare(): Promise<SchemaDifference> {
    this.ours ??= await listMigrations(MIGRATIONS);
    const { rows } = await this.pool.query<{ name: string }>(
      `SELECT migration_name AS name FROM _prisma_migrations
       WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`,
    );
    const had = rows.map(({ name }) => name);
    const { ours } = this;
    return {
      missing: ours.filter((name) => !had.includes(name)),
      unknown: had.filter((name) => !ours.includes(name)),
    };
  }
}
