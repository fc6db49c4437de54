import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import { DatabaseNotEmptyError } from './migration-errors.js';
import { type Migration, checksum } from './read-migrations.js';

/** A row of `_prisma_migrations` that wasn't rolled back. */
export interface MigrationRecord {
  readonly name: string;
  readonly checksum: string;
  readonly startedAt: Date;
  /** Null if it failed. */
  readonly finishedAt: Date | null;
  readonly logs: string | null;
}

/** Word for word the table that `prisma migrate deploy` makes, so that either tool can go on from the other. */
const CREATE_TABLE = `
CREATE TABLE _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
)`;

/**
 * Makes the table of records in an empty database.
 *
 * @throws DatabaseNotEmptyError if there are tables without it
 */
export async function ensureRecords(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ schema: string; recorded: boolean; tables: boolean }>(`
    SELECT current_schema() AS schema,
           coalesce(bool_or(relname = '_prisma_migrations'), false) AS recorded,
           count(*) > 0 AS tables
      FROM pg_class
     WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace`);
  const [found] = rows;
  if (!found || found.recorded) return;
  if (found.tables) throw new DatabaseNotEmptyError(found.schema);
  await client.query(CREATE_TABLE);
}

export async function readRecords(client: ClientBase): Promise<MigrationRecord[]> {
  const { rows } = await client.query<MigrationRecord>(`
    SELECT migration_name AS name, checksum, started_at AS "startedAt", finished_at AS "finishedAt", logs
      FROM _prisma_migrations
     WHERE rolled_back_at IS NULL
     ORDER BY started_at, migration_name`);
  return rows;
}

/** One try of a migration: the row that is written about it. */
export interface MigrationAttempt {
  readonly id: string;
  readonly startedAt: Date;
  readonly migration: Migration;
}

export function beginAttempt(migration: Migration): MigrationAttempt {
  return { id: randomUUID(), startedAt: new Date(), migration };
}

export async function recordStart(client: ClientBase, attempt: MigrationAttempt): Promise<void> {
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, started_at, migration_name) VALUES ($1, $2, $3, $4)`,
    [attempt.id, checksum(attempt.migration.script), attempt.startedAt, attempt.migration.name],
  );
}

export async function recordSuccess(client: ClientBase, attempt: MigrationAttempt): Promise<void> {
  await client.query(
    `UPDATE _prisma_migrations SET applied_steps_count = applied_steps_count + 1, finished_at = $2 WHERE id = $1`,
    [attempt.id, new Date()],
  );
}

/** Whether or not the start is still recorded: it was rolled back, unless the script commits by itself. */
export async function recordFailure(
  client: ClientBase,
  attempt: MigrationAttempt,
  logs: string,
): Promise<void> {
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, started_at, migration_name, logs) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (id) DO UPDATE SET logs = excluded.logs`,
    [attempt.id, checksum(attempt.migration.script), attempt.startedAt, attempt.migration.name, logs],
  );
}
