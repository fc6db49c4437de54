import pg from 'pg';
import { MigrationFailedError } from './migration-errors.js';
import {
  type MigrationAttempt,
  beginAttempt,
  recordFailure,
  recordStart,
  recordSuccess,
} from './migration-records.js';
import type { Migration } from './read-migrations.js';

/** SQLSTATE of a statement that can't run inside a transaction, such as CREATE INDEX CONCURRENTLY. */
const ACTIVE_SQL_TRANSACTION = '25001';

/** Milliseconds, the longest that a timer takes: the pool's limit is for requests, not for migrations. */
const NO_TIMEOUT = 2 ** 31 - 1;

/**
 * Applies a migration and its record in one transaction, so that a process killed in the middle leaves neither.
 * (Prisma commits the record first, and then refuses to go on until a person has looked.) A script that can't
 * run inside a transaction is applied as Prisma applies all: record, script, record.
 *
 * @throws MigrationFailedError after it was rolled back and the failure recorded
 */
export async function applyMigration(client: pg.ClientBase, migration: Migration): Promise<void> {
  const attempt = beginAttempt(migration);
  try {
    await applyInTransaction(client, attempt).catch((error: unknown) => {
      if (sqlState(error) !== ACTIVE_SQL_TRANSACTION) throw error;
      return applyOutsideTransaction(client, attempt);
    });
  } catch (error) {
    throw await failed(client, attempt, error);
  }
}

async function applyInTransaction(client: pg.ClientBase, attempt: MigrationAttempt): Promise<void> {
  await client.query('BEGIN');
  await recordStart(client, attempt);
  await run(client, attempt);
  await recordSuccess(client, attempt);
  await client.query('COMMIT');
}

async function applyOutsideTransaction(client: pg.ClientBase, attempt: MigrationAttempt): Promise<void> {
  await client.query('ROLLBACK');
  await recordStart(client, attempt);
  await run(client, attempt);
  await recordSuccess(client, attempt);
}

async function run(client: pg.ClientBase, { migration }: MigrationAttempt): Promise<void> {
  // Without parameters: only then does PostgreSQL take several statements in one message.
  const query: pg.QueryConfig & { query_timeout: number } = {
    text: migration.script,
    query_timeout: NO_TIMEOUT,
  };
  await client.query(query);
}

async function failed(
  client: pg.ClientBase,
  attempt: MigrationAttempt,
  error: unknown,
): Promise<MigrationFailedError> {
  const { name, script } = attempt.migration;
  const logs = describe(error, script);
  try {
    await client.query('ROLLBACK'); // Harmless outside a transaction.
    await recordFailure(client, attempt, logs);
    return new MigrationFailedError(name, logs, { cause: error });
  } catch (second) {
    // As with a lost connection. The server rolls back by itself, and the next start tries again.
    const cause = new AggregateError([error, second], 'The migration failed, and so did recording that');
    return new MigrationFailedError(name, logs, { cause });
  }
}

function describe(error: unknown, script: string): string {
  if (!(error instanceof pg.DatabaseError)) return error instanceof Error ? error.message : String(error);
  const line = error.position ? script.slice(0, Number(error.position)).split('\n').length : undefined;
  const parts = [
    `${error.message} (SQLSTATE ${error.code})`,
    error.detail,
    error.hint,
    line && `line ${line} of migration.sql`,
  ];
  return parts.filter(Boolean).join('; ');
}

function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}
