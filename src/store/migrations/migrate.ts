import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { applyMigration } from './apply-migration.js';
import { DatabaseNewerError, EarlierMigrationFailedError, MigrationEditedError } from './migration-errors.js';
import { type MigrationRecord, ensureRecords, readRecords } from './migration-records.js';
import { type Migration, isUnchanged, readMigrations } from './read-migrations.js';

export interface MigrateOptions {
  /** Connected to the server itself: the lock belongs to a session, which a transaction pooler doesn't keep. */
  readonly pool: Pool;
  /** Absolute path of `prisma/migrations`. */
  readonly directory: string;
  /** Told what was done, a line each. */
  readonly report: (line: string) => void;
}

/** The advisory lock of `prisma migrate`: neither tool runs beside the other, nor beside itself. */
const LOCK = 72707369;
const LOCK_POLL_MS = 200;

/**
 * Brings the database to the schema of the code: applies, in order, the migrations that it hasn't had, and
 * records them as `prisma migrate deploy` does. An instance that starts meanwhile waits.
 *
 * @returns the names of the migrations applied now
 * @throws MigrationError of the kind that tells what is in the way
 */
export async function migrate({ pool, directory, report }: MigrateOptions): Promise<string[]> {
  const migrations = await readMigrations(directory);
  const client = await pool.connect();
  try {
    await takeLock(client, report);
    await client.query('SET statement_timeout = 0');
    await ensureRecords(client);
    const pending = findPending(migrations, await readRecords(client));
    for (const migration of pending) {
      const start = performance.now();
      await applyMigration(client, migration);
      report(`Applied migration ${migration.name} … ${((performance.now() - start) / 1000).toFixed(1)} s`);
    }
    // The end of the session does it as well, but some time after this function has returned.
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
    return pending.map(({ name }) => name);
  } finally {
    // Closed, not given back: with the session end the lock and whatever a migration has SET.
    client.release(true);
  }
}

/** By polling: who waits inside a statement blocks CREATE INDEX CONCURRENTLY, which waits for old snapshots. */
async function takeLock(client: PoolClient, report: (line: string) => void): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [
      LOCK,
    ]);
    if (rows[0]?.taken) return;
    if (attempt === 1) report('Waiting for another instance that is migrating the database');
    await sleep(LOCK_POLL_MS);
  }
}

function findPending(migrations: readonly Migration[], records: readonly MigrationRecord[]): Migration[] {
  const failed = records.find(({ finishedAt }) => finishedAt === null);
  if (failed) throw new EarlierMigrationFailedError(failed.name, failed.startedAt, failed.logs);

  const onDisk = new Map(migrations.map((migration) => [migration.name, migration]));
  const unknown = records.filter(({ name }) => !onDisk.has(name));
  if (unknown.length > 0) throw new DatabaseNewerError(unknown.map(({ name }) => name));

  const edited = records.filter(({ name, checksum }) => {
    const migration = onDisk.get(name);
    return migration && !isUnchanged(migration.script, checksum);
  });
  if (edited.length > 0) throw new MigrationEditedError(edited.map(({ name }) => name));

  const applied = new Set(records.map(({ name }) => name));
  return migrations.filter(({ name }) => !applied.has(name));
}
